using System.CommandLine;
using System.Globalization;
using Mig.Core;
using Mig.History.Merging;
using Mig.Machines.Merging;

namespace Mig.Cli.CommandLines;

/// <summary>The options by which a user decides conflicts beforehand, which all verbs that merge share.</summary>
internal sealed class MergeArguments
{
    public const string OursName = "--ours";
    public const string TheirsName = "--theirs";

    private readonly Option<string[]> _ours =
        new(OursName)
        {
            Description =
        "Takes our side where there is a conflict at this path or below it; of tables of users and packages, our entries",
            HelpName = "PATH"
        };
    private readonly Option<string[]> _theirs =
        new(TheirsName) { Description = "Takes their side likewise; of --ours and --theirs the longer path counts", HelpName = "PATH" };
    private readonly Option<string> _favor =
        new("-X", "--strategy-option") { Description = "Takes this side wherever there is a conflict: ours or theirs", HelpName = "SIDE" };

    public Option[] Options => [_ours, _theirs, _favor];

    /// <summary>Reads the number of a parent; null when there is none.</summary>
    public static int? ParseMainline(string? text)
    {
        if (text is null)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new UsageException($"-m takes the number of a parent, from 1, not '{text}'");
    }

    public MergeChoices Parse(ParseResult arguments) => new()
    {
        Ours = arguments.GetValue(_ours) ?? [],
        Theirs = arguments.GetValue(_theirs) ?? [],
        Favored = arguments.GetValue(_favor) switch
        {
            null => null,
            "ours" => MergeSide.Ours,
            "theirs" => MergeSide.Theirs,
            { } other => throw new UsageException($"-X takes 'ours' or 'theirs', not '{other}'"),
        },
    };
}
