using Mig.History.Trees;

namespace Mig.Machines.Installing.Scripts;

/// <summary>The files that a script would find.</summary>
internal interface IScriptFiles
{
    /// <summary>What a path leads to.</summary>
    /// <param name="followsLink">Whether a symbolic link at its end is followed.</param>
    /// <returns>The type and the permission bits; null when there is nothing.</returns>
    (TreeEntryType Type, int Mode)? Find(string path, bool followsLink);
}
