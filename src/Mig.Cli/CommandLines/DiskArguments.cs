using System.CommandLine;

namespace Mig.Cli.CommandLines;

/// <summary>How disks are opened: the options of all verbs that do.</summary>
internal sealed class DiskArguments
{
    private readonly Option<string> _format = new("--input-format")
    {
        Description =
        "Takes the disks for this format instead of looking: raw, vmdk, qcow2, or one of them and +gz, +xz, +zst", HelpName = "F"
    };
    private readonly Option<string[]> _allowBase = new("--allow-base")
    {
        Description =
        "Lets an image name files in this folder, and below, besides its own; may be given again", HelpName = "DIR"
    };

    public IReadOnlyList<Option> All => [_format, _allowBase];

    /// <summary>For verbs that open disks of a known format.</summary>
    public Option AllowBase => _allowBase;

    /// <summary>The format to force on all disks; null to find it by content.</summary>
    public string? Format(ParseResult arguments) => arguments.GetValue(_format);

    public IReadOnlyList<string> AllowedFolders(ParseResult arguments) => arguments.GetValue(_allowBase) ?? [];
}
