using System.Text;
using Mig.Core;
using Mig.Transfer;
using Mig.Transfer.Serving;

namespace Mig.Exchange.Hooks;

/// <summary>The hooks <c>pre-receive</c>, <c>update REF OLD NEW</c> and <c>post-receive</c> of a repository that receives a push.</summary>
/// <remarks>
/// They see the pushed commits, which are durable but in no ref yet: <c>mig ls NEW:/</c> works. A refused push leaves them to the next
/// <c>gc</c>.
/// </remarks>
/// <param name="environment">What hooks are told about who pushes, such as <c>MIG_PUSHER</c>; null for nothing.</param>
public sealed class ReceiveHooks(Repository repository, IReadOnlyDictionary<string, string>? environment = null) : IReceiveHooks
{
    /// <summary>The variable in which hooks find the name of the token that was used.</summary>
    public const string PusherVariable = "MIG_PUSHER";

    // The receiving side runs hooks in the repository itself, whether it is bare or not, as Git does.
    private readonly HookRunner _runner = new(repository.Folder, repository.Config, repository.Context) { WorkFolder = repository.Folder };

    public string? PreReceive(IReadOnlyList<PushUpdate> updates, Action<string> say, CancellationToken cancellation) =>
        Ask(HookName.PreReceive, [], Lines(updates), say, cancellation);

    public string? Update(PushUpdate update, Action<string> say, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Ask(HookName.Update, [update.Name.Value, RepositoryHooks.Text(update.Old), RepositoryHooks.Text(update.New)], [], say,
            cancellation);
    }

    public void SayNotAsked(Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(say);
        string[] names = [.. new[] { HookName.PreReceive, HookName.Update }.Where(_runner.Exists)];
        if (names.Length > 0)
            say("not asked in a dry run, which brings nothing that could be looked at: "
                + $"{string.Join(", ", names.Select(name => $"hook {name}"))}");
    }

    public void PostReceive(IReadOnlyList<PushUpdate> updates, Action<string> say, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(say);
        try
        {
            if (Run(HookName.PostReceive, [], Lines(updates), say, cancellation) is { } code and not 0)
                say($"warning: hook {HookName.PostReceive} ended with {code}; the refs have moved all the same");
        }
        catch (UsageException e)
        {
            say($"warning: {e.Message}");
        }
    }

    private static List<string> Lines(IReadOnlyList<PushUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        return [.. updates.Select(update => $"{RepositoryHooks.Text(update.Old)} {RepositoryHooks.Text(update.New)} {update.Name}")];
    }

    private string? Ask(string name, IReadOnlyList<string> arguments, IReadOnlyList<string> input, Action<string> say,
        CancellationToken cancellation) =>
        Run(name, arguments, input, say, cancellation) is { } code and not 0 ? $"hook {name} refused (it ended with {code})" : null;

    private int? Run(string name, IReadOnlyList<string> arguments, IReadOnlyList<string> input, Action<string> say,
        CancellationToken cancellation)
    {
        var lines = new LineSplitter(say);
        int? code = _runner.Run(
            new HookCall(name)
            {
                Arguments = arguments, Input = input, Environment = environment ?? new Dictionary<string, string>(),
                Output = lines.Add
            }, cancellation);
        lines.End();
        return code;
    }

    /// <summary>Cuts what comes in any units into lines of text.</summary>
    private sealed class LineSplitter(Action<string> say)
    {
        // Longer ones are cut: the other side is told sentences, not data.
        private const int MaxLength = 4096;

        private readonly List<byte> _line = [];

        public void Add(ReadOnlyMemory<byte> bytes)
        {
            foreach (byte b in bytes.Span)
            {
                if (b == '\n')
                    Say();
                else if (_line.Count < MaxLength)
                    _line.Add(b);
            }
        }

        public void End()
        {
            if (_line.Count > 0)
                Say();
        }

        private void Say()
        {
            string text = Encoding.UTF8.GetString([.. _line]).TrimEnd('\r');
            _line.Clear();
            say(text);
        }
    }
}
