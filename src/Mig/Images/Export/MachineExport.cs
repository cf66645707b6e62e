using Mig.History.Trees;

namespace Mig.Images.Export;

/// <summary>What was exported of a machine.</summary>
/// <param name="Disks">The disks, in their order.</param>
/// <param name="Attachments">What stands beside them, as entries of files.</param>
public sealed record MachineExport(IReadOnlyList<ExportResult> Disks, IReadOnlyList<TreeEntry> Attachments);
