namespace Mig.Testing;

/// <summary>The files of the repository that the tests were built from.</summary>
public static class Checkout
{
    /// <summary>Its folder: the first one above the tests that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Returns the path of a file or folder, from its path in the repository.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "mig.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds mig.sln");
    }
}
