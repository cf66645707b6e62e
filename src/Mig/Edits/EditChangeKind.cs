namespace Mig.Edits;

/// <summary>What became of a path.</summary>
public enum EditChangeKind
{
    Added,
    Changed,
    Removed,
}
