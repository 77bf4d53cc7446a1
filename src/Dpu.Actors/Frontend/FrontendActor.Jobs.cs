using System.Globalization;
using Dpu.Actors.Jobs;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Actors.Frontend;

/// <summary>The life of jobs' actors: who is addressed, brought back, and sent away.</summary>
public sealed partial class FrontendActor
{
    private void Control(FrontendMessage.Control control)
    {
        var message = new JobMessage.Control(control.Command, control.ReplyTo);
        if (control.Command is JobCommand.RetryJob or JobCommand.ChangeContext)
        {
            if (!TryRevive(control.Job, message))
            {
                control.ReplyTo.Tell(new ControlReply.Refused(JobRejection.Unknown, $"There is no job {control.Job}.", []));
            }
        }
        else if (_jobs.TryGetValue(control.Job, out var job))
        {
            job.Actor.Tell(message);
        }
        else if (WasGiven(control.Job))
        {
            control.ReplyTo.Tell(new ControlReply.Refused(JobRejection.HasEnded, $"Job {control.Job} has ended already.", []));
        }
        else
        {
            control.ReplyTo.Tell(new ControlReply.Refused(JobRejection.Unknown, $"There is no job {control.Job}.", []));
        }
    }

    private void Preview(FrontendMessage.PreviewRetry preview)
    {
        if (!TryRevive(preview.Job, new JobMessage.PreviewRetry(preview.Asked, preview.ReplyTo)))
        {
            preview.ReplyTo.Tell(new RetryPreview.Refused(JobRejection.Unknown, $"There is no job {preview.Job}.", []));
        }
    }

    private bool WasGiven(JobId job) => job.Value > 0 && job.Value <= _lastJob;

    /// <summary>
    /// Sends a job, which may have ended long ago, something that may open it again. Its end is asked for right behind: when it has stayed as it was, its
    /// actor goes again; news of its end that is on its way already bears an older ticket.
    /// </summary>
    private bool TryRevive(JobId job, JobMessage message)
    {
        if (!WasGiven(job))
        {
            return false;
        }

        var live = JobNamed(job);
        live.Ticket = ++_tickets;
        live.Actor.Tell(message);
        live.Actor.Tell(new JobMessage.AskEnd(live.Ticket));
        return true;
    }

    private void Forget(FrontendMessage.JobEnded ended)
    {
        if (!_jobs.TryGetValue(ended.Job, out var job))
        {
            return;
        }

        if (job.Ticket != ended.Ticket)
        {
            // It was sent something since that may have opened it again, or that an instance took which died.
            job.Actor.Tell(new JobMessage.AskEnd(job.Ticket));
            return;
        }

        _jobs.Remove(ended.Job);
        _waiters.Remove(ended.Job);
        job.Actor.Tell(JobMessage.Passivate.Instance);
        foreach (var waiter in _waiters.TakeThoseFor(ended.Job))
        {
            TellEnd(waiter, ended.Job, ended.Status);
        }
    }

    /// <summary>
    /// Somebody asked for a number that an earlier life of ours gave away and that never became durable. One that this life gave may still become so, and its
    /// key is remembered: it stays.
    /// </summary>
    private void ForgetWhatNeverWas(FrontendMessage.JobIsNone none)
    {
        if (_jobs.TryGetValue(none.Job, out var job) && !job.IsSubmitted && job.Ticket == none.Ticket)
        {
            _jobs.Remove(none.Job);
            job.Actor.Tell(JobMessage.Passivate.Instance);
        }
    }

    private LiveJob JobNamed(JobId job)
    {
        if (!_jobs.TryGetValue(job, out var live))
        {
            var frontend = Context.Self;
            var props = new Props<JobMessage>(() => new JobActor(job, journal, scheduler, frontend)) { Supervision = UntilTheJournalAnswers };

            // An earlier actor of the job may still be going: names are free only when their bearers are gone.
            live = new LiveJob(Context.Spawn(props, string.Create(CultureInfo.InvariantCulture, $"{JobActor.PersistenceIdOf(job)}-{++_spawned}")));
            _jobs.Add(job, live);
        }

        return live;
    }

    /// <summary>A job that has an actor.</summary>
    private sealed class LiveJob(IActorRef<JobMessage> actor)
    {
        public IActorRef<JobMessage> Actor { get; } = actor;

        /// <summary>Whether this life of ours numbered it.</summary>
        public bool IsSubmitted { get; set; }

        /// <summary>Of the last message that may have opened it again; 0 when there was none.</summary>
        public long Ticket { get; set; }
    }
}
