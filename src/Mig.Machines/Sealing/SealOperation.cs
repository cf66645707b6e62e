namespace Mig.Machines.Sealing;

/// <summary>One thing that makes a golden image of a used one.</summary>
/// <param name="Name">As <c>--enable</c> and <c>--disable</c> take it; that of virt-sysprep where it has the same.</param>
/// <param name="Summary">What goes, in a few words.</param>
/// <param name="IsDefault">Whether it is done when nothing is said.</param>
/// <param name="Rules">What it does to files.</param>
public sealed record SealOperation(string Name, string Summary, bool IsDefault, IReadOnlyList<SealRule> Rules)
{
    /// <summary>Whether what goes is a secret, which goes under all names that it has.</summary>
    public bool IsSecret { get; init; }
}
