from django.test.utils import setup_test_environment, teardown_test_environment

from bench import urls
from bench.measure import listening
from bench.pages import learn


def test_both_floors_read_the_frame_and_nothing_else(sign_in, specialist, participant, settings) -> None:
    settings.ROOT_URLCONF = "bench.urls"
    client = sign_in(specialist)
    teardown_test_environment()  # it begins its own
    try:
        template, context = learn(client, f"/participants/{participant.pk}/")
    finally:
        setup_test_environment()
    urls.DRAWN.update(template=template, context=context)

    asked = {}
    for address in ("/floor/3/", "/drawn/"):
        client.get(address)
        with listening() as read:
            assert client.get(address).status_code == 200
        asked[address] = [sql for _taken, sql in read.statements]

    assert context["participant"] == participant
    assert asked["/drawn/"] == asked["/floor/3/"]
    assert any("unread" in sql for sql in asked["/drawn/"])
