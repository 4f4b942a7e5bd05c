"""Who brings the token is the administrator."""

from django.contrib.auth.models import AnonymousUser

from tests.targets.serving import TOKEN


class Administrator(AnonymousUser):
    is_anonymous = False
    is_authenticated = True


class TokenMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        right = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        request.user = Administrator() if right else AnonymousUser()
        return self.get_response(request)
