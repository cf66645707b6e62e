namespace Mig.Nbd;

/// <summary>One line of the list of disks.</summary>
/// <param name="Name">What <see cref="INbdExports.Open"/> takes.</param>
/// <param name="Description">For people.</param>
public sealed record NbdExportEntry(string Name, string Description);
