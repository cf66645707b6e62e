using System.Runtime.InteropServices;

namespace Mig.Core.Host;

/// <summary>The user that this process acts for.</summary>
public static partial class HostUser
{
    /// <summary>The user id of root, who may do anything.</summary>
    public const uint Root = 0;

    /// <summary>The effective user id.</summary>
    public static uint Id => GetEffectiveUser();

    /// <summary>The effective group id.</summary>
    public static uint GroupId => GetEffectiveGroup();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroup();
}
