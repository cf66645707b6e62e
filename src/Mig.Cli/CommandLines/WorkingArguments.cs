using System.CommandLine;
using Mig.Cli.Terminals;
using Mig.Versions.Working;

namespace Mig.Cli.CommandLines;

/// <summary>How disks are read that are not committed: the options of all verbs that do.</summary>
internal sealed class WorkingArguments
{
    private const string DiscardSetting = "commit.discardFree";

    private readonly Option<bool> _discardFree =
        new("--discard-free") { Description = $"Leaves out what the file systems hold to be free ({DiscardSetting})" };
    private readonly DiskArguments _disks = new();

    public IReadOnlyList<Option> Options => [_discardFree, .. _disks.All];

    /// <param name="isQuick">Whether files are trusted that were committed before.</param>
    public WorkingOptions Read(ParseResult arguments, bool isQuick, ProgressBar? progress, Repository? repository)
    {
        var options = new WorkingOptions
        {
            InputFormat = _disks.Format(arguments),
            AllowedFolders = _disks.AllowedFolders(arguments),
            DiscardFree = arguments.GetValue(_discardFree) || repository?.Config.GetBoolean(DiscardSetting, whenNotSet: false) == true,
            Quick = isQuick,
        };
        return progress is null ? options : options with { Progress = progress };
    }
}
