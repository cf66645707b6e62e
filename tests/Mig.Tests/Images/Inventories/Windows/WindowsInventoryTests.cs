using System.Text;
using System.Text.Json;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Inventories;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Inventories.Windows;
using Mig.Machines.Sboms;
using Mig.Versions.Compare;

namespace Mig.Tests.Images.Inventories.Windows;

/// <summary>A Windows system that hivex and ntfs-3g made: its inventory, its paths, and its disk comes out as it went in.</summary>
public sealed class WindowsInventoryTests : IDisposable
{
    private readonly WindowsDisk _disk = new();

    [Fact]
    public void TheRegistryTellsWhatTheMachineIsAndHas()
    {
        Inventory inventory = Take();
        Assert.Equal(new WindowsSystem("Windows 11 Pro", "Professional", "23H2", "10.0.22631.3007", "Client", "BOB-PC"), inventory.Windows);
        Assert.Equal(("windows", "10.0.22631.3007", "Windows 11 Pro 23H2 (10.0.22631.3007)"),
            (inventory.Release!.Id, inventory.Release.VersionId, inventory.Release.PrettyName));
        Assert.Equal("AMD64", inventory.Architecture);
        Assert.Equal(
            [("Größe & Co (x64)", "1.2.3.4", "AMD64", "Example Corp"), ("Old Program", "", "x86", "")],
            inventory.Packages.Select(static package => (package.Name, package.Version, package.Architecture, package.Supplier)));
        Assert.Equal([new EnabledUnit("Dnscache", "automatic"), new EnabledUnit("wuauserv", "automatic (delayed)")], inventory.Units);
        Assert.Equal([new UserAccount("Administrator", 500, 513, "", "") { IsDisabled = true },
            new UserAccount("Bob", 1001, 513, @"C:\People\Bob", "")], inventory.Users);
        Assert.Empty(inventory.Warnings);
        Assert.Equal(
            ["pkg:generic/Gr%C3%B6%C3%9Fe%20%26%20Co%20%28x64%29@1.2.3.4?arch=AMD64&distro=windows-10.0.22631.3007",
                "pkg:generic/Old%20Program?arch=x86&distro=windows-10.0.22631.3007"],
            inventory.Packages.Select(package => PackageUrl.Of(package, inventory.Release)));

        // The second time it comes from the cache, and is the same.
        Inventory again = Take();
        Assert.Equal(JsonSerializer.Serialize(inventory), JsonSerializer.Serialize(again));
        _disk.Repository.AssertClean();
        Assert.Equal(File.ReadAllBytes(_disk.Repository.Files["disk"]), File.ReadAllBytes(_disk.Repository.Export("out")));
    }

    [Fact]
    public void ADamagedHiveIsAWarning()
    {
        _disk.Change(static root =>
        {
            byte[] sam = File.ReadAllBytes($"{root}/Windows/System32/config/SAM");
            sam[4096 + 36] = (byte)'x';
            File.WriteAllBytes($"{root}/Windows/System32/config/SAM", sam);
            byte[] system = File.ReadAllBytes($"{root}/Windows/System32/config/SYSTEM");
            system[4]++;
            File.WriteAllBytes($"{root}/Windows/System32/config/SYSTEM", system);
        });
        Inventory inventory = Take();
        Assert.Empty(inventory.Users);
        Assert.Equal("Windows 11 Pro", inventory.Windows?.ProductName);
        Assert.Contains(inventory.Warnings, static warning => warning.StartsWith("REG-006", StringComparison.Ordinal));
        Assert.Contains(inventory.Warnings, static warning => warning.Contains("SYSTEM was being changed", StringComparison.Ordinal));
    }

    [Fact]
    public void ComparisonsAreLimitedToPathsOfWindows()
    {
        _disk.Change(static root =>
        {
            File.WriteAllText($"{root}/People/Bob/new.txt", "new\n");
            File.WriteAllText($"{root}/Windows/other.txt", "other\n");
        });
        using Repository repository = _disk.Repository.Open();
        (ImageId before, ImageId after) = (repository.Revisions.ResolveImage("HEAD~1"), repository.Revisions.ResolveImage("HEAD"));
        Assert.Equal(["People/Bob/new.txt"], Compare(@"c:\people\BOB\NEW.txt"));
        Assert.Equal(["People/Bob/new.txt"], Compare(@"C:\People").Where(static path => path.EndsWith(".txt", StringComparison.Ordinal)));
        Assert.Equal(["Windows/other.txt"], Compare(@"C:\WINDOWS").Where(static path => path.EndsWith(".txt", StringComparison.Ordinal)));
        Assert.Empty(Compare(@"D:\"));
        Assert.Throws<NotFoundException>(() => Compare(@"E:\"));

        IEnumerable<string> Compare(string path) => new ImageComparer(repository).Compare(before, after, [PathSpec.Parse(path)]).Volumes
            .SelectMany(static volume => volume.Changes).Select(static change => Encoding.UTF8.GetString(change.Path.Span))
                .Order(StringComparer.Ordinal).ToList();
    }

    public void Dispose() => _disk.Dispose();

    private Inventory Take()
    {
        using Repository repository = _disk.Repository.Open();
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage("HEAD"));
        return new InventoryReader(repository).Read(image, null, "HEAD", TestContext.Current.CancellationToken);
    }
}
