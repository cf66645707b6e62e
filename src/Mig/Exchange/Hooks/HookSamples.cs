using System.Reflection;
using Mig.Core.Host;

namespace Mig.Exchange.Hooks;

/// <summary>
/// The sample hooks of the project's folder <c>hooks</c>, which are part of the program. As Git's, they are executable, and their names
/// keep them from being called.
/// </summary>
public static class HookSamples
{
    /// <summary>What stands behind the name of a hook until somebody wants it.</summary>
    public const string Suffix = ".sample";

    private const string ResourceFolder = "hooks/";

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Returns the text of the sample of a hook.</summary>
    /// <param name="name">One of <see cref="HookName"/>.</param>
    public static Stream Open(string name) => Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceFolder + name + Suffix)
        ?? throw new ArgumentException($"there is no sample of a hook {name}", nameof(name));

    /// <summary>Writes all samples into a folder, which need not exist; what is there already stays as it is.</summary>
    public static void Install(string folder)
    {
        HostFiles.CreateFolder(folder);
        foreach (string name in HookName.All)
        {
            string path = Path.Combine(folder, name + Suffix);
            if (File.Exists(path))
                continue;
            using Stream sample = Open(name);
            byte[] text = new byte[sample.Length];
            sample.ReadExactly(text);
            using HostFile file = HostFile.CreateNew(path);
            file.Write(text, 0);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file.Handle, Mode);
        }
    }
}
