using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Verification;

/// <summary>Finds many paths of a machine; each directory is read once.</summary>
internal sealed class MachineDirectories(MachineFiles files)
{
    private readonly Dictionary<string, Dictionary<string, MachineFile>> _directories = [];

    /// <summary>Finds a path; symbolic links are followed in directories, and not at the end. Null when there is nothing.</summary>
    public MachineFile? Find(string path)
    {
        int slash = path.LastIndexOf('/');
        return Read(slash < 0 ? "" : path[..slash]).GetValueOrDefault(path[(slash + 1)..]);
    }

    /// <summary>Returns the path that a path stands for, its directories' links followed.</summary>
    public string RealPath(string path) => Find(path)?.Path ?? path;

    private Dictionary<string, MachineFile> Read(string directory)
    {
        if (_directories.TryGetValue(directory, out Dictionary<string, MachineFile>? known))
            return known;
        var entries = new Dictionary<string, MachineFile>();
        foreach (MachineFile file in files.List(directory))
            entries[file.Path[(file.Path.LastIndexOf('/') + 1)..]] = file;
        return _directories[directory] = entries;
    }
}
