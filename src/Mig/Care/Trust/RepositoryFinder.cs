using Mig.Core;
using Mig.Core.Host;
using Mig.History.Configuration;
using Mig.History.Trust;
using Mig.Store;

namespace Mig.Care.Trust;

/// <summary>Finds the folder of a repository, by name or upwards from where the user stands.</summary>
internal static class RepositoryFinder
{
    private const string BareSetting = "safe.bareRepository";

    /// <summary>Tells whether a folder is a repository's own.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not look into it.</exception>
    public static bool IsRepository(string folder) =>
        LibC.LookAt(Path.Combine(folder, "HEAD")) == FileType.Regular
            && LibC.LookAt(Path.Combine(folder, ObjectStore.PacksFolder)) == FileType.Directory;

    // A folder on the way up that may not be looked into holds no repository of this user.
    private static bool MayBeRepository(string folder) =>
        LibC.GetFileType(Path.Combine(folder, "HEAD")) != FileType.Missing && IsRepository(folder);

    /// <summary>
    /// Returns the repository that a user named: the folder itself, or the <c>.mig</c> in it. Links on the way to it are the user's own.
    /// </summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static string Open(string directory)
    {
        foreach (string folder in (string[])[Path.Combine(directory, Repository.FolderName), directory])
        {
            if (!IsRepository(folder))
                continue;
            if (folder != directory)
                OwnFiles.CheckFolder(folder);
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        }

        throw new NotFoundException(IsGit(directory)
            ? $"{directory} is a repository of Git, no mig repository: 'git clone' takes it; 'mig init {directory}' makes a mig "
                + "repository beside it"
            : $"{directory} is not a mig repository; 'mig init {directory}' makes one");
    }

    // A checkout, or a bare one.
    private static bool IsGit(string directory) => Path.Exists(Path.Combine(directory, ".git"))
        || (File.Exists(Path.Combine(directory, "HEAD")) && Directory.Exists(Path.Combine(directory, "objects"))
            && Directory.Exists(Path.Combine(directory, "refs")));

    /// <summary>Returns the repository of a working directory: the nearest <c>.mig</c> upwards.</summary>
    /// <remarks>
    /// A bare repository counts only when <c>safe.bareRepository</c> is <c>all</c>: any image or archive may hold one, and whoever unpacks
    /// it does not mean to run its hooks. A folder named <c>.mig</c> is nobody's accident, and is never extracted unasked.
    /// </remarks>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static string Find(string start, RepositoryContext context)
    {
        string first = Path.GetFullPath(start);
        string? passed = null;
        for (string? directory = first; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            string inner = Path.Combine(directory, Repository.FolderName);
            if (LibC.GetFileType(inner) == FileType.Directory && IsRepository(inner))
            {
                if (passed is not null)
                    context.Notice(
                        $"{passed} looks like a bare repository, and is passed over: the one in {directory} is used ({BareSetting} says "
                        + "whether bare ones are)");
                return Open(directory);
            }

            if (!MayBeRepository(directory))
                continue;
            if (Path.GetFileName(directory) == Repository.FolderName || FindsBare(context))
                return Open(directory);
            if (directory == first)
                throw new NotFoundException($"{NotFound(start)}; {Unnamed(directory)}");
            passed ??= directory;
        }

        throw new NotFoundException(passed is null
            ? $"{NotFound(start)}; 'mig init' makes one here, --repo DIR or MIG_DIR names one elsewhere"
            : $"{NotFound(start)}; {Unnamed(passed)}");
    }

    private static string NotFound(string start) => $"no mig repository in {start} or above it";

    private static string Unnamed(string directory) =>
        $"{directory} is a bare one, which is used only when it is named, for an unpacked image may hold one: say --repo {directory}, set "
            + $"MIG_DIR, or run 'mig config --global {BareSetting} all'";

    // What the repository itself says does not count.
    private static bool FindsBare(RepositoryContext context) =>
        (Config.Load(null, context.Environment, context.ConfigOverrides).Get(BareSetting) ?? "explicit") switch
        {
            "explicit" => false,
            "all" => true,
            { } other => throw new UsageException($"{BareSetting} is '{other}'; it must be explicit or all"),
        };
}
