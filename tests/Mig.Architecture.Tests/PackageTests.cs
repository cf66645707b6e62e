using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mig.Testing;

namespace Mig.Architecture.Tests;

/// <summary>The NuGet packages that eng/pack.sh makes: whole, and enough to build the samples from.</summary>
public sealed class PackageTests(PackageTests.Packed packed) : IClassFixture<PackageTests.Packed>
{
    private const string Framework = "net10.0";

    public static TheoryData<string> Packages =>
        [.. Directory.GetDirectories(SourceTree.PathOf("src")).Select(path => Path.GetFileName(path)!).Where(name => name != "Mig.Cli")
            .Order(StringComparer.Ordinal)];

    [Fact]
    public void OnlyTheLibraryIsPacked() =>
        Assert.Equal(Packages.Select(row => row.Data), Directory.GetFiles(packed.Folder, "*.nupkg").Select(Id)
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Packages))]
    public void PackageIsWhole(string package) =>
        Assert.Empty(FindFaults(packed.PathOf(package, ".nupkg"), packed.PathOf(package, ".snupkg"), package));

    [Fact]
    public void CheckObjectsToWhatIsMissing()
    {
        using var folder = new TestFolder();
        string copy = folder["copy.nupkg"], symbols = folder["copy.snupkg"];
        File.Copy(packed.PathOf("Mig.FileSystems", ".nupkg"), copy);
        File.Copy(packed.PathOf("Mig.Disks", ".snupkg"), symbols);
        using (ZipArchive archive = ZipFile.Open(copy, ZipArchiveMode.Update))
        {
            archive.GetEntry("README.md")!.Delete();
            archive.GetEntry($"lib/{Framework}/Mig.FileSystems.xml")!.Delete();
            Replace(archive.GetEntry("Mig.FileSystems.nuspec")!, "<dependency id=\"Mig.Core\"", "<dependency id=\"Mig.Store\"");
        }

        Assert.Equal(
            ["README.md is missing", "lib/net10.0/Mig.FileSystems.xml is missing", "it depends on Mig.Store, its project on Mig.Core",
                "lib/net10.0/Mig.FileSystems.pdb is not among the symbols"],
            FindFaults(copy, symbols, "Mig.FileSystems"));
    }

    // In a folder of their own, where nothing but the packages says what mig is.
    [Fact]
    public void SamplesAreBuiltFromThePackagesAlone()
    {
        using var folder = new TestFolder();
        string version = Version(packed.PathOf("Mig", ".nupkg"));
        foreach (string sample in Directory.GetDirectories(SourceTree.PathOf("samples")))
        {
            string name = Path.GetFileName(sample);
            Directory.CreateDirectory(folder[name]);
            File.Copy(Path.Combine(sample, "Program.cs"), folder[$"{name}/Program.cs"]);
            string project = File.ReadAllText(Path.Combine(sample, $"{name}.csproj"));
            folder.Write($"{name}/{name}.csproj", Regex.Replace(
                project, "<ProjectReference Include=\".*/(.*).csproj\" />", $"<PackageReference Include=\"$1\" Version=\"{version}\" />"));
        }

        // What others made and the packages depend on was restored for the build of the tests; nothing is asked for elsewhere.
        using JsonDocument assets = JsonDocument.Parse(SourceTree.ReadText("artifacts/obj/Mig/project.assets.json"));
        string restored = string.Join(';', assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(item => item.Name));
        folder.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>{Framework}</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreSources>{packed.Folder}</RestoreSources>
                <RestorePackagesPath>{folder["restored"]}</RestorePackagesPath>
                <RestoreFallbackFolders>{restored}</RestoreFallbackFolders>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
            </Project>
            """);
        folder.Write("all.proj", """
            <Project>
              <ItemGroup><Sample Include="*/*.csproj" /></ItemGroup>
              <Target Name="Restore"><MSBuild Projects="@(Sample)" Targets="Restore" /></Target>
              <Target Name="Build"><MSBuild Projects="@(Sample)" Targets="Build" BuildInParallel="true" /></Target>
            </Project>
            """);
        Shell.Run(folder.Path,
            "for target in Restore Build; do dotnet msbuild all.proj -t:$target -nologo -verbosity:quiet -nodeReuse:false || exit; done");
        Assert.Contains("usage: WalkFiles DISK", Shell.Run(folder.Path, "WalkFiles/bin/Debug/net10.0/WalkFiles || test $? = 2"),
            StringComparison.Ordinal);
        Assert.Contains("main is at ", Shell.Run(folder.Path,
            "truncate -s 1M disk.raw && CommitAndList/bin/Debug/net10.0/CommitAndList machines disk.raw empty"), StringComparison.Ordinal);
    }

    private static List<string> FindFaults(string package, string symbols, string id)
    {
        using ZipArchive archive = ZipFile.OpenRead(package), others = ZipFile.OpenRead(symbols);
        string[] wanted = ["README.md", $"lib/{Framework}/{id}.dll", $"lib/{Framework}/{id}.xml"];
        List<string> faults = [.. wanted.Where(name => archive.GetEntry(name) is null).Select(name => $"{name} is missing")];
        XElement metadata = ReadMetadata(archive, id);
        string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        if (Value("license") != "MIT")
            faults.Add("its licence is not said to be MIT");
        if (Value("description") is null or "" or "Package Description")
            faults.Add("nothing says what it is");
        if (Value("readme") != "README.md")
            faults.Add("it has no page of its own");
        string depends = Names(metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value));
        var project = XDocument.Load(SourceTree.PathOf($"src/{id}/{id}.csproj"));
        string references = Names(project.Descendants("ProjectReference")
            .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value))
            .Concat(project.Descendants("PackageReference").Select(item => item.Attribute("Include")!.Value)));
        if (depends != references)
            faults.Add($"it depends on {depends}, its project on {references}");
        if (others.GetEntry($"lib/{Framework}/{id}.pdb") is null)
            faults.Add($"lib/{Framework}/{id}.pdb is not among the symbols");
        return faults;
    }

    private static XElement ReadMetadata(ZipArchive archive, string id)
    {
        using Stream stream = archive.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    private static void Replace(ZipArchiveEntry entry, string before, string after)
    {
        using Stream stream = entry.Open();
        string text = new StreamReader(stream).ReadToEnd();
        Assert.Contains(before, text, StringComparison.Ordinal);
        stream.SetLength(0);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text.Replace(before, after, StringComparison.Ordinal)));
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    // Mig.Disks.0.1.0.nupkg
    private static string Id(string path) => Regex.Replace(Path.GetFileName(path), @"\.[0-9].*$", "");

    private static string Version(string path) => Path.GetFileNameWithoutExtension(path)[(Id(path).Length + 1)..];

    /// <summary>The packages, made once.</summary>
    public sealed class Packed : IDisposable
    {
        private readonly TestFolder _files = new();

        public Packed() => Shell.Run(_files.Path, $"'{SourceTree.PathOf("eng/pack.sh")}' --no-build '{Folder}'");

        internal string Folder => _files["packages"];

        public void Dispose() => _files.Dispose();

        internal string PathOf(string package, string extension) =>
            Directory.GetFiles(Folder, $"{package}.*{extension}").Single(path => Id(path) == package);
    }
}
