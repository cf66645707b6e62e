using Mig.Core;

namespace Mig.History.Commits;

/// <summary>The words for kinds of objects, as they stand in tags and in <c>^{kind}</c>.</summary>
public static class ObjectKindName
{
    private static readonly string[] Names = ["blob", "list", "tree", "layout", "image", "commit", "tag"];

    public static string Of(ObjectKind kind) => Names[(int)kind];

    public static bool TryParse(string name, out ObjectKind kind)
    {
        kind = (ObjectKind)Array.IndexOf(Names, name);
        return kind >= 0;
    }
}
