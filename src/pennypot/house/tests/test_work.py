"""Long work: written down with what starts it, told as it goes, and never left hanging."""

from __future__ import annotations

import asyncio
import uuid
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pennypot.apps.people.models import Person
from pennypot.house import work as works
from pennypot.house.answers import Invalid, No, Refused
from pennypot.house.models import Work
from pennypot.house.tasks import look_after_orphans
from pennypot.house.work import fail, finish, long_work, progress, start
from pennypot.house.worker import app_of_worker, work_until


@pytest.fixture
def asha(db):
    return Person.objects.create_user("asha@example.org", name="Asha")


@pytest.fixture
def kind():
    """A name for a kind of work that this test registers; gone afterwards."""
    name = f"house.test-{uuid.uuid4().hex[:8]}"
    yield name
    app.tasks.pop(name, None)
    works._may_run_again.discard(name)


def run_job(kind):
    """Do the one job of this kind here and now, as the worker would."""
    job = ProcrastinateJob.objects.get(task_name=kind)
    return app.tasks[kind].func(**job.args)


def reload(work):
    return Work.objects.get(pk=work.pk)


def test_a_job_is_handed_out_only_when_what_started_it_is_committed(asha, kind):
    long_work(kind)(lambda work: "/")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        start(kind, owner=asha)
        raise ZeroDivisionError
    assert not ProcrastinateJob.objects.filter(task_name=kind).exists()
    assert not Work.objects.exists()
    start(kind, owner=asha)
    assert ProcrastinateJob.objects.filter(task_name=kind, status="todo").count() == 1


def test_a_job_gets_its_arguments_and_its_result_is_where_the_person_goes(asha, kind):
    @long_work(kind)
    def count(work, *, upto):
        progress(work, upto, upto, "counted")
        return f"/counted/{upto}/"

    work = start(kind, owner=asha, upto=3)
    assert reload(work).state == Work.State.WAITING
    run_job(kind)
    done = reload(work)
    assert (done.state, done.result_url, done.said, done.percent) == (Work.State.DONE, "/counted/3/", "counted", 100)


@pytest.mark.parametrize("problem", [Invalid("The file is empty."), Refused(No("The file is empty."))])
def test_a_problem_in_plain_words_is_shown_as_it_is(asha, kind, problem):
    @long_work(kind)
    def read(work):
        raise problem

    work = start(kind, owner=asha)
    run_job(kind)
    assert (reload(work).state, reload(work).problem) == (Work.State.FAILED, "The file is empty.")


def test_a_mistake_of_ours_is_raised_for_the_log_and_shown_without_its_details(asha, kind):
    @long_work(kind)
    def read(work):
        raise RuntimeError("password=hunter2")

    work = start(kind, owner=asha)
    with pytest.raises(RuntimeError):
        run_job(kind)
    assert reload(work).state == Work.State.FAILED
    assert "our side" in reload(work).problem
    assert "hunter2" not in reload(work).problem


def test_what_has_ended_is_not_changed_by_a_late_message(asha):
    work = start("house.by-hand", owner=asha)
    finish(work, "/there/")
    progress(reload(work), 1, 2, "late")
    fail(reload(work), "late")
    assert (reload(work).state, reload(work).result_url, reload(work).problem) == (Work.State.DONE, "/there/", "")


def test_numbers_of_changes_always_rise_even_when_the_clock_stands(asha):
    work = start("house.by-hand", owner=asha)
    Work.objects.filter(pk=work.pk).update(changed_at="2999-01-01 00:00:00+00:00")
    seen = []
    for part in range(3):
        progress(work, 10 + part, 10)
        seen.append(reload(work).changed_at)
    assert seen == sorted(set(seen))


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_before_the_transaction_that_makes_it_ends(asha):
    work = start("house.by-hand", owner=asha)
    with transaction.atomic():
        progress(work, 1, 4, "a quarter")
        aside = transaction.get_connection().copy()
        try:
            with aside.cursor() as cursor:
                cursor.execute("SELECT done_parts, said FROM house_work WHERE id = %s", [work.pk])
                assert cursor.fetchone() == (1, "a quarter")
        finally:
            aside.close()


def test_progress_is_written_at_most_four_times_a_second(asha, django_assert_max_num_queries):
    work = start("house.by-hand", owner=asha)
    progress(work, 0, 1000)
    with django_assert_max_num_queries(4):
        for part in range(1000):
            progress(work, part, 1000)


def doing(kind, work, attempts=1):
    """Pretend that a worker which has since died took the job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL, attempts = %s WHERE task_name = %s",
            [attempts, kind],
        )
    progress(work, 1, 2)


def orphans():
    async def look_and_let_go():
        own = app_of_worker()
        async with own.open_async():
            await look_after_orphans(SimpleNamespace(app=own, job=SimpleNamespace(id=0)))
        await sync_to_async(connections.close_all)()

    asyncio.run(look_and_let_go())


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_is_shown_as_stopped(asha, kind):
    long_work(kind)(lambda work: "/")
    work = start(kind, owner=asha)
    doing(kind, work)
    orphans()
    assert reload(work).state == Work.State.FAILED
    assert "start it again" in reload(work).problem
    assert ProcrastinateJob.objects.get(task_name=kind).status == "failed"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_may_run_again_does_so_but_not_for_ever(asha, kind):
    long_work(kind, again=True)(lambda work: "/")
    work = start(kind, owner=asha)
    doing(kind, work)
    orphans()
    assert ProcrastinateJob.objects.get(task_name=kind).status == "todo"
    doing(kind, work, attempts=3)
    orphans()
    assert reload(work).state == Work.State.FAILED


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_jobs_and_stops_when_told(asha, kind):
    long_work(kind)(lambda work: "/done/")
    work = start(kind, owner=asha)

    async def work_a_little():
        stop = asyncio.Event()
        worker = asyncio.create_task(work_until(stop))
        for _ in range(200):
            found = await asyncio.to_thread(read_and_let_go)
            if found.state == Work.State.DONE:
                break
            await asyncio.sleep(0.05)
        stop.set()
        await asyncio.wait_for(worker, 15)

    def read_and_let_go():
        try:
            return reload(work)
        finally:
            connection.close()

    asyncio.run(work_a_little())
    assert reload(work).result_url == "/done/"
