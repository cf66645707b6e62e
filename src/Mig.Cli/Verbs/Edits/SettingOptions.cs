using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Edits;
using Mig.Edits.Accounts;
using Mig.Edits.Changes;
using Mig.Edits.Operations;

namespace Mig.Cli.Verbs.Edits;

/// <summary>The options that say what a new file is to have.</summary>
internal sealed class SettingOptions
{
    private readonly Option<string> _mode = new("--mode") { Description = "Gives files this mode: 0644, or u+x,go-w", HelpName = "M" };
    private readonly Option<string> _owner = new(
        "--owner")
    { Description = "Gives them this owner: USER, USER:GROUP or :GROUP, names of the image or numbers", HelpName = "U[:G]" };
    private readonly Option<string> _time = new("--time") { Description = "Gives them this time of modification", HelpName = "T" };

    public IReadOnlyList<Option> Options => [_mode, _owner, _time];

    public NodeSettings Read(ParseResult arguments, Session session) => new()
    {
        Mode = arguments.GetValue(_mode) is { } mode ? ModeChange.Parse(mode) : null,
        Owner = arguments.GetValue(_owner) is { } owner ? OwnerName.Parse(owner) : null,
        ModifiedTime = arguments.GetValue(_time) is { } time ? EditTime.Parse(time, session.Context.Clock) : null,
    };
}
