from tests.serving.conftest import serve

__all__ = ["serve"]
