using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.History.Refs;

namespace Mig.Versions.Commits;

/// <summary>
/// The one way from a wish to a version that refs lead to: who makes it, its message, the hooks, and the refs, which move last. For one
/// thread.
/// </summary>
/// <remarks>
/// In this order: <see cref="Clean"/> and <see cref="Ask"/> the message; store the commit if <see cref="Stores"/>; <see cref="Offer"/> it;
/// <see cref="Move"/> the refs; <see cref="Complete"/>. Whatever fails before the end has moved no ref.
/// </remarks>
internal sealed class Publication
{
    private readonly Repository _repository;
    private readonly PublicationHooks _hooks;
    private readonly bool _isDryRun;
    private readonly CancellationToken _cancellation;
    private readonly List<(RefName Ref, ObjectId? Expected, CommitId To, string Reason)> _moves = [];
    private readonly Lazy<Signature> _author;

    /// <param name="hooks">The hooks of the verb.</param>
    /// <param name="noVerify">Whether the user goes past those that can say no.</param>
    /// <param name="isDryRun">Whether nothing comes of it.</param>
    /// <exception cref="UsageException">Nobody knows who makes the version.</exception>
    public Publication(Repository repository, PublicationHooks hooks, bool noVerify = false, bool isDryRun = false,
        CancellationToken cancellation = default)
    {
        _repository = repository;
        _hooks = noVerify ? hooks & PublicationHooks.Done : hooks;
        _isDryRun = isDryRun;
        _cancellation = cancellation;
        _author = new Lazy<Signature>(repository.Identity.Author);
        Committer = repository.Identity.Committer();
    }

    /// <summary>Who made what is in the version.</summary>
    /// <exception cref="UsageException">Nobody knows.</exception>
    public Signature Author => _author.Value;

    /// <summary>Who makes the version, and when.</summary>
    public Signature Committer { get; }

    /// <summary>Whether commits are stored: a dry run stores what pre-commit is to look into.</summary>
    public bool Stores => !_isDryRun || OffersVersions;

    private bool OffersVersions => _hooks.HasFlag(PublicationHooks.Version) && _repository.Hooks.HasPreCommit;

    /// <summary>Cleans a message that somebody gave.</summary>
    /// <param name="where">What stands before the error, such as the line of a table.</param>
    /// <exception cref="UsageException">Nothing is left.</exception>
    public static string Clean(string message, string where = "")
    {
        string clean = MessageText.Clean(message);
        return clean.Length > 0 ? clean : throw new UsageException($"{where}the message is empty; say with -m what this version is");
    }

    /// <summary>Lets commit-msg look at a clean message.</summary>
    /// <returns>What it made of it.</returns>
    /// <exception cref="HookRefusedException">It does not want the message.</exception>
    public string Ask(string message) =>
        _hooks.HasFlag(PublicationHooks.Message) ? _repository.Hooks.CommitMessage(message, _isDryRun, _cancellation) : message;

    /// <summary>
    /// Begins a change of refs in the name of the committer; also to find out, before any work is done, whether it could be made.
    /// </summary>
    public RefTransaction BeginMoves() => _repository.Refs.BeginTransaction(Committer);

    /// <summary>Asks pre-commit about a commit that is durable, and that no ref leads to.</summary>
    /// <exception cref="HookRefusedException">It may not be made.</exception>
    public void Offer(CommitId made)
    {
        if (OffersVersions)
            _repository.Hooks.PreCommit(made, _isDryRun, _cancellation);
    }

    /// <summary>Moves a ref, at the end.</summary>
    /// <param name="expected">Where it must be now; null for anywhere, zeros for nowhere.</param>
    /// <param name="reason">What its log says.</param>
    public void Move(RefName target, ObjectId? expected, CommitId to, string reason) => _moves.Add((target, expected, to, reason));

    /// <summary>Moves the refs, all or none of them, and tells post-commit of each version. In a dry run nothing happens.</summary>
    /// <param name="made">The versions, oldest first.</param>
    /// <exception cref="ConflictException">A ref was moved meanwhile.</exception>
    public void Complete(IReadOnlyCollection<CommitId> made)
    {
        if (_isDryRun)
            return;

        // A ref that goes through several versions has a line in its log for each.
        var names = new HashSet<RefName>();
        RefTransaction transaction = BeginMoves();
        foreach ((RefName target, ObjectId? expected, CommitId to, string reason) in _moves)
        {
            if (!names.Add(target))
            {
                transaction.Commit();
                transaction = BeginMoves();
                names = [target];
            }

            transaction.Update(target, expected, to.Value, reason);
        }

        transaction.Commit();
        if (_hooks.HasFlag(PublicationHooks.Done))
        {
            foreach (CommitId id in made)
                _repository.Hooks.PostCommit(id, _cancellation);
        }
    }
}
