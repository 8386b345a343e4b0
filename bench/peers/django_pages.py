"""A streaming site's home page in Django, as its documentation advises for speed: a peer for `bench-pages`.

`django_pages.py prepare FOLDER` fills a database; gunicorn serves `django_pages:application` with FOLDER in CATALOGUE.
`/en/` renders the page for every request, `/api/en/` is its JSON. With CACHED set, Django's cache for the whole site stands before
both, outermost, as its documentation orders middleware: what it keeps is compressed already.
"""

import datetime
import os
import sys
from pathlib import Path

import django
from django.conf import settings

FOLDER = Path(os.environ.get("CATALOGUE") or sys.argv[2])
CACHED = bool(os.environ.get("CACHED"))
TITLES, TERRITORIES, RAILS, PER_RAIL = 15_000, ["US", "KR", "JP", "DE", "FR"], 8, 12
TEMPLATE = """<!doctype html><html lang="en"><head><title>Home</title></head><body><h1>Home</h1>
{% for rail in rails %}<section><h2>{{ rail.name }}</h2><ul>
{% for title in rail.titles %}<li><a href="/en/t/{{ title.slug }}"><img src="/i/{{ title.slug }}.webp" alt="">
<span>{{ title.name }}</span> <span>{{ title.year }} · {{ title.minutes }} min</span></a></li>{% endfor %}
</ul></section>{% endfor %}</body></html>"""

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for a bench on this machine",
    USE_TZ=True,
    INSTALLED_APPS=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "catalogue.db", "CONN_MAX_AGE": None}},
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    CACHE_MIDDLEWARE_SECONDS=3600,
    MIDDLEWARE=[
        *(["django.middleware.cache.UpdateCacheMiddleware"] if CACHED else []),
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.common.CommonMiddleware",
        *(["django.middleware.cache.FetchFromCacheMiddleware"] if CACHED else []),
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [
            ("django.template.loaders.locmem.Loader", {"home.html": TEMPLATE}),
        ])]},
    }],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Title(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    year = models.IntegerField()
    minutes = models.IntegerField()

    class Meta:
        app_label = "catalogue"


class Window(models.Model):
    title = models.ForeignKey(Title, models.CASCADE)
    territory = models.CharField(max_length=2)
    opens = models.DateTimeField()
    closes = models.DateTimeField()

    class Meta:
        app_label = "catalogue"
        indexes = [models.Index(fields=["title", "territory", "opens"])]


class Place(models.Model):
    rail = models.IntegerField(db_index=True)
    rank = models.IntegerField()
    title = models.ForeignKey(Title, models.CASCADE)

    class Meta:
        app_label = "catalogue"


def rails():
    now = timezone.now()
    seen = Window.objects.filter(territory="US", opens__lte=now, closes__gt=now, title=models.OuterRef("title"))
    places = Place.objects.filter(models.Exists(seen)).select_related("title").order_by("rail", "rank")
    found = {}
    for place in places:
        found.setdefault(place.rail, []).append(place.title)
    return [{"name": f"Rail {rail}", "titles": titles} for rail, titles in sorted(found.items())]


def home(request):
    return render(request, "home.html", {"rails": rails()})


def api(request):
    fields = ("slug", "name", "year", "minutes")
    return JsonResponse({"rails": [
        {"name": rail["name"], "titles": [{field: getattr(title, field) for field in fields} for title in rail["titles"]]}
        for rail in rails()
    ]})


urlpatterns = [path("en/", home), path("api/en/", api)]
application = get_wsgi_application()


def prepare():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with connection.schema_editor() as editor:
        for model in (Title, Window, Place):
            editor.create_model(model)
    titles = [Title(id=n, slug=f"title-{n}", name=f"The Title of {n}", year=1990 + n % 35, minutes=40 + n % 90)
              for n in range(1, TITLES + 1)]
    Title.objects.bulk_create(titles, batch_size=500)
    begin, end = (datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc) for year in (2020, 2040))
    windows = [Window(title=title, territory=territory, opens=begin, closes=end)
               for title in titles for territory in TERRITORIES]
    Window.objects.bulk_create(windows, batch_size=500)
    Place.objects.bulk_create(
        [Place(rail=rail, rank=rank, title_id=1 + (rail * 37 + rank * 101) % TITLES)
         for rail in range(RAILS) for rank in range(PER_RAIL)])


if __name__ == "__main__":
    if sys.argv[1:2] != ["prepare"]:
        sys.exit(__doc__)
    prepare()
