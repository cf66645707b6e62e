using System.Globalization;
using Mig.Core;
using Mig.Machines.Inventories.Systems;

namespace Mig.Machines.Inventories.Windows;

/// <summary>Reads from the registry what a Windows system is and has. Source: Microsoft, "Registry" and "Uninstall Registry Key".</summary>
internal sealed class WindowsReader
{
    private const string CurrentVersion = @"Microsoft\Windows NT\CurrentVersion";
    private const int FirstBuildOf11 = 22000;

    private readonly Hive? _software;
    private readonly Hive? _sam;
    private readonly RegistryKey? _control;
    private readonly Action<string> _warn;

    /// <param name="warn">Told of what cannot be read.</param>
    public WindowsReader(WindowsHives hives, Action<string> warn)
    {
        _warn = warn;
        _software = Open(hives, "SOFTWARE");
        _sam = Open(hives, "SAM");
        Hive? system = Open(hives, "SYSTEM");
        _control = system is null ? null : Try(() => WindowsHives.CurrentControlSet(system));
        foreach ((string name, Hive? hive) in new[] { ("SOFTWARE", _software), ("SYSTEM", system), ("SAM", _sam) })
        {
            if (hive is { IsDirty: true })
                warn($"the hive {name} was being changed; what waits in its log files is not read");
        }
    }

    /// <summary>Tells whether the machine has a registry.</summary>
    public bool IsWindows => _software is not null;

    /// <summary>As Windows calls it, such as <c>AMD64</c>; empty when it does not say.</summary>
    public string Architecture => Try(() => _control?.Open(@"Control\Session Manager\Environment")?.Text("PROCESSOR_ARCHITECTURE")) ?? "";

    public WindowsSystem? ReadSystem() => Try(() =>
    {
        if (_software?.Root.Open(CurrentVersion) is not { } version)
            return null;
        string build = Either(version.Text("CurrentBuildNumber"), version.Text("CurrentBuild"));
        string number = version.Number("CurrentMajorVersionNumber") is { } major
            ? string.Create(CultureInfo.InvariantCulture, $"{major}.{version.Number("CurrentMinorVersionNumber") ?? 0}")
            : version.Text("CurrentVersion");
        string product = version.Text("ProductName");
        if (int.TryParse(build, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) && parsed >= FirstBuildOf11
            && product.StartsWith("Windows 10", StringComparison.Ordinal))
            product = "Windows 11" + product["Windows 10".Length..];
        string revision = version.Number("UBR") is { } ubr ? string.Create(CultureInfo.InvariantCulture, $".{ubr}") : "";
        return new WindowsSystem(
            product,
            version.Text("EditionID"),
            Either(version.Text("DisplayVersion"), Either(version.Text("ReleaseId"), version.Text("CSDVersion"))),
            build.Length == 0 ? number : $"{number}.{build}{revision}",
            version.Text("InstallationType"),
            _control?.Open(@"Control\ComputerName\ComputerName")?.Text("ComputerName") ?? "");
    });

    /// <summary>Says it in the words of <c>os-release</c>.</summary>
    public static OsRelease ToRelease(WindowsSystem system) => new(
        "windows",
        system.Version,
        system.Release,
        string.Join(' ', new[] { system.ProductName.Length > 0 ? system.ProductName : "Windows", system.Release, system.Version.Length > 0
            ? $"({system.Version})" : "" }.Where(part => part.Length > 0)),
        []);

    /// <summary>Returns the programs that can be uninstalled, of both sizes of word.</summary>
    public IReadOnlyList<InstalledPackage> ReadPrograms()
    {
        var programs = new HashSet<InstalledPackage>();
        foreach ((string path, string architecture) in new[] { ("Microsoft", Architecture), (@"WOW6432Node\Microsoft", "x86") })
        {
            foreach (RegistryKey key in Try(() => _software?.Root.Open(path + @"\Windows\CurrentVersion\Uninstall")?.GetSubkeys()) ?? [])
            {
                InstalledPackage? program = Try(() => key.Text("DisplayName") is { Length: > 0 } name
                    ? new InstalledPackage(PackageKind.Windows, name, key.Text("DisplayVersion"))
                    {
                        Architecture = architecture,
                        Supplier = key.Text("Publisher")
                    }
                    : null);
                if (program is not null)
                    programs.Add(program);
            }
        }

        return [.. programs];
    }

    /// <summary>Returns the services that start with the machine.</summary>
    public IReadOnlyList<EnabledUnit> ReadServices()
    {
        const uint serviceTypes = 0x30, automatic = 2;
        var services = new List<EnabledUnit>();
        foreach (RegistryKey key in Try(() => _control?.Open("Services")?.GetSubkeys()) ?? [])
        {
            EnabledUnit? service = Try(() => key.Number("Start") == automatic && ((key.Number("Type") ?? 0) & serviceTypes) != 0
                ? new EnabledUnit(key.Name, key.Number("DelayedAutostart") is 1 ? "automatic (delayed)" : "automatic")
                : null);
            if (service is not null)
                services.Add(service);
        }

        return [.. services.OrderBy(service => service.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(service => service.Name, StringComparer.Ordinal)];
    }

    /// <summary>Returns the users of the machine itself, by their numbers.</summary>
    public IReadOnlyList<UserAccount> ReadUsers() => Try(() =>
    {
        RegistryKey? users = _sam?.Root.Open(@"SAM\Domains\Account\Users");
        Dictionary<uint, string> homes = ReadHomes();
        var accounts = new List<UserAccount>();
        foreach (RegistryKey name in users?.Open("Names")?.GetSubkeys() ?? [])
        {
            // The number stands where the type of the unnamed value would.
            if (name.Find("") is not { Type: var rid })
                continue;
            byte[] fields = users!.Open(rid.ToString("X8", CultureInfo.InvariantCulture))?.Find("F")?.Data ?? [];
            (uint group, bool isDisabled) = fields.Length >= 0x3A
                ? (System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(fields.AsSpan(0x34)), (fields[0x38] & 1) != 0)
                : (0u, false);
            accounts.Add(new UserAccount(name.Name, rid, group, homes.GetValueOrDefault(rid, ""), "") { IsDisabled = isDisabled });
        }

        return accounts.OrderBy(account => account.Uid).ToList();
    }) ?? [];

    // Profiles are listed by security identifier, whose last part is the user's number; those of the system itself are shorter.
    private Dictionary<uint, string> ReadHomes()
    {
        var homes = new Dictionary<uint, string>();
        foreach (RegistryKey profile in _software?.Root.Open(CurrentVersion + @"\ProfileList")?.GetSubkeys() ?? [])
        {
            string last = profile.Name[(profile.Name.LastIndexOf('-') + 1)..];
            if (profile.Name.StartsWith("S-1-5-21-", StringComparison.Ordinal)
                && uint.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out uint rid))
                homes.TryAdd(rid, profile.Text("ProfileImagePath"));
        }

        return homes;
    }

    private Hive? Open(WindowsHives hives, string name) => Try(() => hives.Open(name));

    private T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (CorruptImageException e)
        {
            _warn(e.Message);
            return default;
        }
    }

    private static string Either(string first, string second) => first.Length > 0 ? first : second;
}
