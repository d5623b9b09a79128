"""Opening an application."""

from world import handed_on, last_leaf


def test_it_works(world):
    application = world.begins()

    assert application.state == "begun"
    assert application.reference.startswith("AP2611")
    assert last_leaf()["tag"] == "application:begun"
    assert handed_on() == []
