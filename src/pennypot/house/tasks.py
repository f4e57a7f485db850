"""What the house does on a schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.core.management import call_command
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from pennypot.house.models import Work
from pennypot.house.work import may_run_again, stopped_in_the_middle

MOST_TRIES = 3
KEPT = timedelta(days=90)  # how long finished work and jobs stay to be looked at


@app.periodic(cron="* * * * *")
@app.task(name="house.orphans", queueing_lock="house.orphans", pass_context=True)
async def orphans(context: JobContext, timestamp: int) -> None:
    """Find jobs whose worker has died: run them again if that is safe, else tell who waits for them."""
    await look_after_orphans(context)


async def look_after_orphans(context: JobContext) -> None:
    """See `orphans`."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        if job.id == context.job.id:
            continue
        periodic = "work_id" not in job.task_kwargs
        if (periodic or may_run_again(job.task_name)) and job.attempts < MOST_TRIES:
            await jobs.retry_job(job, retry_at=datetime.now(UTC))
            continue
        await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
        if not periodic:
            await sync_to_async(stopped_in_the_middle)(str(job.task_kwargs["work_id"]))


@app.periodic(cron="10 3 * * *")
@app.task(name="house.tidy", queueing_lock="house.tidy", pass_context=True)
async def tidy(context: JobContext, timestamp: int) -> None:
    """Each night: forget sessions that have ended, and work and jobs of long ago."""
    hours = int(KEPT.total_seconds() // 3600)
    await context.app.job_manager.delete_old_jobs(hours, include_failed=True, include_cancelled=True)
    await sync_to_async(_tidy_tables)()


def _tidy_tables() -> None:
    call_command("clearsessions", verbosity=0)
    ended = Work.objects.filter(state__in=[Work.State.DONE, Work.State.FAILED])
    ended.filter(changed_at__lt=datetime.now(UTC) - KEPT).delete()
