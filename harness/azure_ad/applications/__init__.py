"""Applications: the gallery, enterprise applications made from it, and app registrations."""
