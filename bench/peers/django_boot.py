"""The smallest Django site with one templated page: a peer for `bench-boot`."""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.shortcuts import HttpResponse
from django.template import Context, Engine
from django.urls import path

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for a bench on this machine",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)

PAGE = Engine().from_string("<h1>{{ name }}</h1><ul>{% for t in titles %}<li>{{ t }}</li>{% endfor %}</ul>")


def home(request):
    titles = [f"Title {n}" for n in range(60)]
    return HttpResponse(PAGE.render(Context({"name": "Home", "titles": titles})))


urlpatterns = [path("", home)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
