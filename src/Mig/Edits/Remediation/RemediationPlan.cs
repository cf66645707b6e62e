using Mig.Core;
using Mig.Edits.Operations;
using Mig.Edits.Packages;
using Mig.History.Images;
using Mig.Images.Compliance;

namespace Mig.Edits.Remediation;

/// <summary>What is to be done to one image, so that it keeps the rules that it breaks.</summary>
internal sealed class RemediationPlan
{
    /// <summary>Packages that mig unpacks itself; null when there are none.</summary>
    public PackageUnpacking? Unpacking { get; set; }

    /// <summary>Files of packages that dpkg of the image installs, in the order in which they are configured.</summary>
    public IReadOnlyList<string> Installed { get; set; } = [];

    /// <summary>Names of packages that its package manager removes.</summary>
    public List<string> Removed { get; } = [];

    /// <summary>Changes of files, each on its volume.</summary>
    public List<(ImageVolume Volume, EditOperation Operation)> Operations { get; } = [];

    /// <summary>Paths that files are removed from or changed at, without a slash in front: their packages will miss them.</summary>
    public List<string> Touched { get; } = [];

    /// <summary>What is done, for people.</summary>
    public List<string> Steps { get; } = [];

    /// <summary>The rules that are kept afterwards.</summary>
    public HashSet<RuleResult> Promised { get; } = [];

    /// <summary>The rules that stay as they are.</summary>
    public List<OpenRule> Left { get; } = [];

    /// <summary>Whether something of the image must run.</summary>
    public bool MustRun => Installed.Count > 0 || Removed.Count > 0;

    public bool IsEmpty => Unpacking is null && !MustRun && Operations.Count == 0;
}
