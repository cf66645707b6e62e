using System.Security.Cryptography;
using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Sessions;

namespace Mig.Exchange.Boots;

/// <summary>Chooses the session that a machine writes to, and begins it.</summary>
internal sealed class BootSessions(Repository repository)
{
    // Of one that is thrown away and that a killed program left behind.
    private static readonly TimeSpan LifeOfThrownAway = TimeSpan.FromDays(1);

    /// <summary>Chooses; nothing is written.</summary>
    /// <exception cref="ConflictException">There is a session of that name that stands on another version.</exception>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    public BootChoice Choose(BootRequest request)
    {
        BootChoice choice = Find(request);
        if ((request.IsCommitted || request.Suspends) && choice.Existing?.Branch is null
            && (choice.IsThrownAway || FindBranch(choice.Revision) is null))
            throw new UsageException(
                $"{choice.Revision} is no branch, so what the machine writes has nowhere to be committed to; leave out -m and --suspend");
        return choice;
    }

    /// <summary>Begins the session that was chosen, where there is none yet.</summary>
    public void Begin(BootChoice choice)
    {
        if (choice.Existing is not null)
            return;
        TimeSpan? life = choice.IsThrownAway ? LifeOfThrownAway : null;
        if (choice.Replaces is { } old)
        {
            life = old.Expires - repository.Context.Clock.GetUtcNow();
            repository.Sessions.Discard(old.Name);
        }

        repository.Sessions.Start(choice.Name, choice.Revision, life);
    }

    private BootChoice Find(BootRequest request)
    {
        if (request.IsThrownAway && (request.IsCommitted || request.Suspends))
            throw new UsageException("what is thrown away is not committed: leave out --snapshot, or -m and --suspend");
        if (request.Session is not null && request.IsThrownAway)
            throw new UsageException("a session that is named is kept: leave out --snapshot, or boot a copy made by 'mig session fork'");
        SessionInfo? named = request.Session is null ? null : Find(request.Session);
        if (named is not null && request.Revision is null)
            return new BootChoice(named.Name, named.Base, named.Name, named, IsThrownAway: false);
        string revision = request.Revision ?? "HEAD";
        CommitId commit = repository.Revisions.ResolveCommit(revision);
        RefName? branch = FindBranch(revision);
        if (request.IsThrownAway || (request.Session is null && branch is null))
        {
            string name = $"boot-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            return new BootChoice(name, commit, revision, null, IsThrownAway: true);
        }

        string session = request.Session ?? RepositorySessions.ToName(branch!.ShortName);
        SessionInfo? found = named ?? Find(session);
        if (found is null)
            return new BootChoice(session, commit, revision, null, IsThrownAway: false);

        // One that holds nothing is no reason to start an old version.
        if (found.Base != commit && found is { DirtyBytes: 0, IsInUse: false } && found.Branch == branch)
            return new BootChoice(session, commit, revision, null, IsThrownAway: false) { Replaces = found };
        if (found.Base != commit || (request.Session is null && found.Branch != branch))
        {
            string of = found.Branch is { } old ? $" of {old.ShortName}" : "";
            throw new ConflictException(
                $"session '{session}' stands on {found.Base.Value.ToShortString()}{of}, and {revision} is {commit.Value.ToShortString()}; "
                + $"'mig boot --session {session}' goes on with it, 'mig session discard {session}' ends it, and --session NAME begins "
                + "another one");
        }

        return new BootChoice(session, commit, revision, found, IsThrownAway: false);
    }

    private SessionInfo? Find(string name) => repository.Sessions.List().FirstOrDefault(session => session.Name == name);

    private RefName? FindBranch(string revision) => repository.Revisions.ResolveRef(revision) is { IsBranch: true } found ? found
        : revision == "HEAD" ? repository.Refs.ReadHead().Branch : null;
}
