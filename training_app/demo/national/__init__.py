"""The demo at the size of the country: a director in every village and community, and two years of training.

Everything comes from one seed, so the same tree and the same day give the same rows. Nothing in it is secret, and
nobody in it exists; the phone numbers begin with 120, which no operator gives out. `telling.tell` writes it all.
"""
