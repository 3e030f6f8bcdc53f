"""Pages as a browser reads them: the fields of their main form, with what they hold."""

from __future__ import annotations

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = self._area = None
        self._inside = self._template = self._chosen = False

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self._inside = "sheet" in (said.get("class") or "")
        elif tag == "template":
            self._template = True
        if not self._inside or self._template:
            return
        name = said.get("name")
        if tag == "input" and name:
            self.fields[name] = said.get("value") or ""
        elif tag == "select":
            self._select, self._chosen = name, False
            self.fields[name] = ""
        elif tag == "option" and self._select and ("selected" in said or not self._chosen):
            self._chosen = True
            self.fields[self._select] = said.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
        elif tag == "template":
            self._template = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area and not self._template:
            self.fields[self._area] += data.lstrip("\r\n")


def fields(page) -> dict[str, str]:
    """Field name → value of the page's large form."""
    form = _Form()
    form.feed(page.text)
    return form.fields
