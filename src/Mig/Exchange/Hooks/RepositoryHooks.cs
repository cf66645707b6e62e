using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;

namespace Mig.Exchange.Hooks;

/// <summary>
/// The hooks of a repository that speak to its user, each with the arguments, the input and the meaning that githooks(5) gives it.
/// </summary>
/// <remarks>The hooks of the receiving side are <see cref="ReceiveHooks"/>.</remarks>
public sealed class RepositoryHooks
{
    /// <summary>
    /// The variable in which pre-commit finds the commit that is about to be made, and post-commit the one that was made.
    /// </summary>
    public const string CommitVariable = "MIG_COMMIT";

    /// <summary>The variable that is <c>1</c> for a hook that is asked in a dry run.</summary>
    public const string DryRunVariable = "MIG_DRY_RUN";

    private const string MessageFile = "COMMIT_EDITMSG";
    private const string NoVerify = "'--no-verify' goes past it";

    private readonly HookRunner _runner;
    private readonly string _folder;
    private readonly RepositoryContext _context;

    internal RepositoryHooks(HookRunner runner, string repositoryFolder, RepositoryContext context)
    {
        _runner = runner;
        _folder = repositoryFolder;
        _context = context;
    }

    /// <summary>
    /// Tells whether pre-commit would be asked. It looks into a version, so even a dry run stores one for it; no ref leads there.
    /// </summary>
    public bool HasPreCommit => _runner.Exists(HookName.PreCommit);

    /// <summary>Lets <c>commit-msg FILE</c> look at a message, and change it.</summary>
    /// <param name="message">The message, cleaned.</param>
    /// <param name="isDryRun">Whether nothing will come of it; the hook is told.</param>
    /// <returns>The message that it left, cleaned.</returns>
    /// <exception cref="HookRefusedException">It does not want the message.</exception>
    /// <exception cref="UsageException">It left none.</exception>
    public string CommitMessage(string message, bool isDryRun = false, CancellationToken cancellation = default)
    {
        if (!_runner.Exists(HookName.CommitMessage))
            return message;

        // A name of its own: two commits may be made at once.
        string file = Path.Combine(_folder, $"{MessageFile}.{Guid.NewGuid():N}");
        try
        {
            HostFiles.WriteAllBytes(file, Encoding.UTF8.GetBytes(message));
            Require(HookName.CommitMessage, [file], [], Dry(isDryRun), $"nothing was committed; {NoVerify}", cancellation);
            string after = MessageText.Clean(Encoding.UTF8.GetString(HostFiles.ReadAllBytes(file)));
            return after.Length > 0 ? after
                : throw new UsageException($"hook {HookName.CommitMessage} left an empty message, so nothing was committed; {NoVerify}");
        }
        finally
        {
            HostFiles.Delete(file);
        }
    }

    /// <summary>Asks <c>pre-commit</c> whether a commit may be made. The commit is durable, and no ref leads to it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="isDryRun">Whether nothing will come of it; the hook is told.</param>
    /// <exception cref="HookRefusedException">It may not.</exception>
    public void PreCommit(CommitId commit, bool isDryRun = false, CancellationToken cancellation = default) =>
        Require(HookName.PreCommit, [], [], [new(CommitVariable, commit.ToString()), .. Dry(isDryRun)],
            $"nothing was committed; {NoVerify}", cancellation);

    /// <summary>Tells <c>post-commit</c> that a commit was made, which nothing can change any more.</summary>
    public void PostCommit(CommitId commit, CancellationToken cancellation = default) =>
        Tell(HookName.PostCommit, [], [], [new(CommitVariable, commit.ToString())], cancellation);

    /// <summary>Tells <c>post-checkout OLD NEW FLAG</c> that HEAD has moved, or that a clone has put it somewhere.</summary>
    /// <param name="before">Where HEAD was; null when it was on no commit.</param>
    /// <param name="after">Where it is.</param>
    /// <param name="isBranch">Whether HEAD was moved, as always but for single files.</param>
    /// <returns>What the hook ended with, which the command shall end with, too; 0 when there is none.</returns>
    public int PostCheckout(ObjectId? before, ObjectId? after, bool isBranch = true, CancellationToken cancellation = default) =>
        Run(HookName.PostCheckout, [Text(before), Text(after), isBranch ? "1" : "0"], [], [], cancellation) ?? 0;

    /// <summary>
    /// Asks <c>pre-push REMOTE URL</c> whether refs may be pushed; it reads a line for each. Called when the other side's refs are known,
    /// before anything is sent.
    /// </summary>
    /// <param name="remote">The name of the remote, or the URL again when it has none.</param>
    /// <param name="url">Where it is.</param>
    /// <param name="refs">What is pushed.</param>
    /// <param name="isDryRun">Whether nothing will come of it; the hook is told.</param>
    /// <exception cref="HookRefusedException">They may not.</exception>
    public void PrePush(string remote, string url, IReadOnlyList<PrePushRef> refs, bool isDryRun = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(refs);
        IReadOnlyList<string> lines =
            [.. refs.Select(item => $"{item.LocalName ?? "(delete)"} {Text(item.LocalId)} {item.RemoteName} {Text(item.RemoteId)}")];
        Require(HookName.PrePush, [remote, url], lines, Dry(isDryRun), $"nothing was pushed; {NoVerify}", cancellation);
    }

    /// <summary>An id as hooks are told it: zeros for none.</summary>
    internal static string Text(ObjectId? id) => (id ?? default).ToString();

    private static KeyValuePair<string, string>[] Dry(bool isDryRun) => isDryRun ? [new(DryRunVariable, "1")] : [];

    private void Require(string name, IReadOnlyList<string> arguments, IReadOnlyList<string> input,
        KeyValuePair<string, string>[] environment, string consequence, CancellationToken cancellation)
    {
        if (Run(name, arguments, input, environment, cancellation) is { } code and not 0)
            throw new HookRefusedException(name, code, consequence);
    }

    // What it ends with changes nothing, and neither does who stops it.
    private void Tell(string name, IReadOnlyList<string> arguments, IReadOnlyList<string> input, KeyValuePair<string, string>[] environment,
        CancellationToken cancellation)
    {
        try
        {
            if (Run(name, arguments, input, environment, cancellation) is { } code and not 0)
                Say($"warning: hook {name} ended with {code}, which changes nothing: what it was told of has happened\n");
        }
        catch (OperationCanceledException)
        {
            Say($"warning: hook {name} was stopped; what it was told of has happened\n");
        }
        catch (UsageException e)
        {
            Say($"warning: {e.Message}\n");
        }
    }

    private int? Run(string name, IReadOnlyList<string> arguments, IReadOnlyList<string> input, KeyValuePair<string, string>[] environment,
        CancellationToken cancellation) => _runner.Run(
        new HookCall(name) { Arguments = arguments, Input = input, Environment = environment.ToDictionary(), Output = _context.HookOutput },
            cancellation);

    private void Say(string text) => _context.HookOutput(Encoding.UTF8.GetBytes(text));
}
