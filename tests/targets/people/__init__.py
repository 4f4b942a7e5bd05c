"""The smallest Django application that django-scim2 can serve: people, and teams that they are in."""
