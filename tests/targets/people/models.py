"""People and teams with django-scim2's mixins; its adapters want `scim_groups` of a person and `user_set` of a team."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Team(AbstractSCIMGroupMixin):
    name = models.CharField(max_length=254, unique=True)


class Person(AbstractSCIMUserMixin, AbstractUser):
    scim_groups = models.ManyToManyField(Team, related_name="user_set")
