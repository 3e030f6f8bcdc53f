"""Which person a row of a list of past training means: decided, asked, or left out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from flask_babel import gettext as _

from training_app.registration.rostercolumns import clean_phone
from training_app.registration.rosterrules import Choice, DivisionTuple, KnownPerson, Places

#: The answer that leaves a row out.
SKIP = "skip"


class Book:
    """The persons of one's area, found by what a row says."""

    def __init__(self, known: Sequence[KnownPerson], divisions: Sequence[DivisionTuple]) -> None:
        self._places = Places(divisions)
        self._by_phone = {person.phone: person for person in known if person.phone and not person.outside}
        self._by_name: defaultdict[str, list[KnownPerson]] = defaultdict(list)
        self._of = {person.id: person for person in known if not person.outside}
        for person in self._of.values():
            self._by_name[person.name].append(person)

    def find(
        self, name: str, phone: str, community: str, subdistrict: str, answer: str = ""
    ) -> tuple[KnownPerson | None, str, tuple[Choice, ...]]:
        """The person, or None with the question and its choices; None without a question: the row is left out.

        A phone number or the community makes a name certain; a name that one person alone has is enough where the
        list names no community. `answer` is the value of a choice that was made before.
        """
        if answer == SKIP:
            return None, "", ()
        owner = self._by_phone.get(clean_phone(phone) or "") if phone else None
        if owner is not None and owner.name == name:
            return owner, "", ()
        same = self._by_name.get(name, [])
        offered = [owner, *same] if owner is not None else same
        chosen = next((person for person in offered if answer == f"person:{person.id}"), None)
        if chosen is not None:
            return chosen, "", ()
        if owner is not None:
            return (
                None,
                _("This phone number belongs to %(name)s. Is it the same person?", name=owner.name),
                self._choices(offered),
            )
        if not same:
            return (
                None,
                _("Nobody in your area is called so. Correct the name, or leave the row out."),
                self._choices([]),
            )
        here = self._here(same, community, subdistrict)
        if len(here) == 1:
            return here[0], "", ()
        if here:
            return None, _("Several people have this name. Who is it?"), self._choices(here)
        return None, _("Someone of this name is elsewhere today. Is it the same person?"), self._choices(same)

    def _here(self, same: Sequence[KnownPerson], community: str, subdistrict: str) -> list[KnownPerson]:
        """Those of the place that the row names; everyone where it names none, or one that says nothing."""
        if not community and not subdistrict:
            return list(same)
        if community:
            codes = set(self._places.communities(community, subdistrict))
            return [person for person in same if codes & set(person.divisions)]
        plain = subdistrict.replace(" ", "")
        return [p for p in same if any(self._places.names.get(code[:9], "").startswith(plain) for code in p.divisions)]

    def _choices(self, persons: Sequence[KnownPerson]) -> tuple[Choice, ...]:
        return (
            *(Choice(f"person:{one.id}", _("Yes, it is %(name)s", name=self._known(one))) for one in persons),
            Choice(SKIP, _("Leave this row out")),
        )

    def _known(self, person: KnownPerson) -> str:
        names = self._places.names
        where = " ".join(names.get(code[:9], "") + names[code] for code in person.divisions if code in names)
        return f"{person.name} {where}".strip()
