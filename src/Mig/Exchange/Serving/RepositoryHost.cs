using Mig.Care.Trust;
using Mig.Core;

namespace Mig.Exchange.Serving;

/// <summary>
/// The repositories under a folder, by name, opened when they are asked for and kept open. May be used from several threads.
/// </summary>
/// <param name="root">A folder of repositories, or a repository itself, whose name is then empty.</param>
public sealed class RepositoryHost(string root, RepositoryContext context) : IDisposable
{
    // Folders within folders that are looked into for repositories, where they are listed.
    private const int MaxDepth = 4;

    private readonly Dictionary<string, Repository> _open = [];
    private readonly HashSet<string> _untrusted = [];
    private readonly Lock _gate = new();

    /// <summary>Finds a repository; the name comes from strangers, and leads nowhere but below the root.</summary>
    /// <param name="name">Folders with slashes between them; empty for the root itself.</param>
    /// <returns>Null when there is none.</returns>
    public Repository? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_gate)
        {
            if (_open.TryGetValue(name, out Repository? repository))
                return repository;
            if (Resolve(name) is not { } folder)
                return null;
            try
            {
                repository = Repository.Open(folder, context);
            }
            catch (NotFoundException)
            {
                return null;
            }
            catch (UntrustedRepositoryException e)
            {
                // Strangers learn nothing of it; who runs the server does, once for each.
                if (_untrusted.Add(name))
                    context.Notice($"warning: '{name}' is not served: {e.Message}");
                return null;
            }

            _open.Add(name, repository);
            return repository;
        }
    }

    /// <summary>Returns the names of the repositories, ascending, without opening them.</summary>
    /// <param name="most">Most names.</param>
    public IReadOnlyList<string> ListNames(int most)
    {
        if (RepositoryFinder.IsRepository(root) || RepositoryFinder.IsRepository(Path.Combine(root, Repository.FolderName)))
            return [""];
        var names = new List<string>();
        List("", 0);
        return names;

        void List(string name, int depth)
        {
            foreach (string part in Directory.EnumerateDirectories(Path.Combine(root, name)).Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal))
            {
                string below = name.Length == 0 ? part : $"{name}/{part}";
                if (names.Count >= most || Resolve(below) is not { } folder)
                    continue;
                if (RepositoryFinder.IsRepository(folder) || RepositoryFinder.IsRepository(Path.Combine(folder, Repository.FolderName)))
                    names.Add(below);
                else if (depth < MaxDepth)
                    List(below, depth + 1);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Repository repository in _open.Values)
                repository.Dispose();
            _open.Clear();
        }
    }

    // No hidden folders, no way up, no links: what is below the root is what the server's owner put there.
    private string? Resolve(string name)
    {
        string folder = Path.GetFullPath(root);
        foreach (string part in name.Split('/', StringSplitOptions.None).Where(part => name.Length > 0))
        {
            if (part.Length == 0 || part[0] == '.' || part.AsSpan().ContainsAny('\\', '\0'))
                return null;
            folder = Path.Combine(folder, part);
            if (!Directory.Exists(folder) || IsLink(folder))
                return null;
        }

        return IsLink(Path.Combine(folder, Repository.FolderName)) ? null : folder;
    }

    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;
}
