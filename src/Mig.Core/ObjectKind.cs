namespace Mig.Core;

/// <summary>What an object is. The values are part of the format (docs/format.md, "Objects").</summary>
public enum ObjectKind
{
    Blob = 0,
    List = 1,
    Tree = 2,
    Layout = 3,
    Image = 4,
    Commit = 5,
    Tag = 6,
}
