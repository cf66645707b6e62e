using Mig.Machines.Inventories.Systems;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Inventories.Windows;

/// <summary>A disk with two NTFS partitions, one with the registry of a Windows system that hivex made; committed.</summary>
public sealed class WindowsDisk : IDisposable
{
    public const string Software = """
        Microsoft\Windows NT\CurrentVersion | ProductName | sz | Windows 10 Pro
        Microsoft\Windows NT\CurrentVersion | EditionID | sz | Professional
        Microsoft\Windows NT\CurrentVersion | DisplayVersion | sz | 23H2
        Microsoft\Windows NT\CurrentVersion | CurrentVersion | sz | 6.3
        Microsoft\Windows NT\CurrentVersion | CurrentBuildNumber | sz | 22631
        Microsoft\Windows NT\CurrentVersion | CurrentMajorVersionNumber | dword | 10
        Microsoft\Windows NT\CurrentVersion | CurrentMinorVersionNumber | dword | 0
        Microsoft\Windows NT\CurrentVersion | UBR | dword | 3007
        Microsoft\Windows NT\CurrentVersion | InstallationType | sz | Client
        Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-18 | ProfileImagePath | sz | C:\Windows\system32\config\systemprofile
        Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-1-2-3-1001 | ProfileImagePath | sz | C:\People\Bob
        Microsoft\Windows\CurrentVersion\Uninstall\{1} | DisplayName | sz | Größe & Co (x64)
        Microsoft\Windows\CurrentVersion\Uninstall\{1} | DisplayVersion | sz | 1.2.3.4
        Microsoft\Windows\CurrentVersion\Uninstall\{1} | Publisher | sz | Example Corp
        Microsoft\Windows\CurrentVersion\Uninstall\Unnamed | DisplayVersion | sz | 9
        WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\Old | DisplayName | sz | Old Program
        """;

    public const string Sam = """
        SAM\Domains\Account\Users\Names\Administrator |  | 500 |
        SAM\Domains\Account\Users\Names\Bob |  | 1001 |
        SAM\Domains\Account\Users\000001F4 | F | 3 | 020001000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000f401000001020000110200000000000000000000000000000000000000000000
        SAM\Domains\Account\Users\000003E9 | F | 3 | 020001000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000e903000001020000100200000000000000000000000000000000000000000000
        """;

    public const string System = """
        Select | Current | dword | 1
        ControlSet001\Control\ComputerName\ComputerName | ComputerName | sz | BOB-PC
        ControlSet001\Control\Session Manager\Environment | PROCESSOR_ARCHITECTURE | sz | AMD64
        ControlSet001\Services\Dnscache | Start | dword | 2
        ControlSet001\Services\Dnscache | Type | dword | 32
        ControlSet001\Services\wuauserv | Start | dword | 2
        ControlSet001\Services\wuauserv | Type | dword | 32
        ControlSet001\Services\wuauserv | DelayedAutostart | dword | 1
        ControlSet001\Services\Spooler | Start | dword | 3
        ControlSet001\Services\Spooler | Type | dword | 16
        ControlSet001\Services\disk | Start | dword | 2
        ControlSet001\Services\disk | Type | dword | 1
        MountedDevices | \DosDevices\C: | 3 | 443322110000100000000000
        MountedDevices | \DosDevices\D: | 3 | 443322110000a00000000000
        """;

    // In MiB: where the partitions begin, and how long they are.
    private const int FirstStart = 1, SecondStart = 10, Length = 8;

    public WindowsDisk()
    {
        Tool.RunWithInput("sfdisk", $"label: dos\n{FirstStart * 2048},{Length * 2048},7,*\n{SecondStart * 2048},{Length * 2048},7\n", "-q",
            Repository.Files.Sparse("disk", 20 << 20));
        Put(FirstStart, root =>
        {
            string config = Directory.CreateDirectory($"{root}/Windows/System32/config").FullName;
            HiveFile.Make($"{config}/SOFTWARE", Software);
            HiveFile.Make($"{config}/SYSTEM", System);
            HiveFile.Make($"{config}/SAM", Sam);
            Directory.CreateDirectory($"{root}/People/Bob/Größe");
            File.WriteAllText($"{root}/People/Bob/Größe/Notes.txt", "hello\n");
            File.WriteAllText($"{root}/People/Bob/a long name.text", "long\n");
            Tool.Run("setfattr", "-n", "system.ntfs_dos_name", "-v", "ALONGN~1.TEX", $"{root}/People/Bob/a long name.text");
            File.WriteAllText($"{root}/same", "lower\n");
            File.WriteAllText($"{root}/SAME", "upper\n");
        });
        Put(SecondStart, static root => File.WriteAllText($"{root}/Data.bin", "data\n"));
        Repository.Commit("disk");
    }

    internal TestRepository Repository { get; } = new();

    /// <summary>Changes the files of the system, and commits.</summary>
    public void Change(Action<string> change)
    {
        Put(FirstStart, change, isNew: false);
        Repository.Commit("disk");
    }

    public void Dispose() => Repository.Dispose();

    private void Put(int start, Action<string> fill, bool isNew = true)
    {
        string volume = Repository.Files["volume"], disk = Repository.Files["disk"];
        if (isNew)
            NtfsMount.Make(volume, $"{Length}M", "-c 4096");
        else
            Tool.Run("dd", $"if={disk}", $"of={volume}", "bs=1M", $"skip={start}", $"count={Length}", "status=none");
        using (var mount = new NtfsMount(volume))
            fill(mount.Path);
        Tool.Run("dd", $"if={volume}", $"of={disk}", "bs=1M", $"seek={start}", "conv=notrunc", "status=none");
        File.Delete(volume);
    }
}
