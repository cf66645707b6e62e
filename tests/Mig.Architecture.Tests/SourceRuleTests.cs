namespace Mig.Architecture.Tests;

public class SourceRuleTests
{
    [Fact]
    public void EveryPublicTypeHasItsOwnFile() => Assert.Empty(Check("src", SourceRules.CheckPublicType));

    [Fact]
    public void NamespacesAreFolders() =>
        Assert.Empty(Check("src", SourceRules.CheckNamespace).Concat(Check("tests", SourceRules.CheckNamespace)));

    [Fact]
    public void NoFileIsTooLong() => Assert.Empty(Check("src", SourceRules.CheckLength));

    [Fact]
    public void NoLineIsTooWide() =>
        Assert.Empty(((string[])["src", "tests", "samples"]).SelectMany(folder => Check(folder, SourceRules.CheckWidth)));

    [Fact]
    public void CheckObjectsToAWideLine()
    {
        string wide = new('a', SourceRules.MaxWidth + 1);
        Assert.Equal(["a.cs:2 has 141 columns, at most 140 allowed"], SourceRules.CheckWidth("a.cs", $"b\n{wide}\n"));
        Assert.Empty(SourceRules.CheckWidth("a.cs", $"text = \"\"\"\n{wide}\n\"\"\";\n"));
    }

    [Theory]
    [InlineData("public sealed class Other\n{\n}\n")]
    [InlineData("public class File;\npublic enum Kind { None }\n")]
    [InlineData("public readonly record struct Place(int Offset);\n")]
    [InlineData("public delegate void Visitor(int a);\n")]
    public void CheckObjectsToAnotherPublicType(string text) => Assert.NotEmpty(SourceRules.CheckPublicType("src/Mig.Store/File.cs", text));

    [Theory]
    [InlineData("public sealed partial class File\n{\n    public enum Inner { None }\n}\n")]
    [InlineData("public static class File;\ninternal sealed class Other;\n")]
    public void CheckAcceptsOnePublicType(string text) => Assert.Empty(SourceRules.CheckPublicType("src/Mig.Store/File.Read.cs", text));

    [Fact]
    public void CheckObjectsToAnotherNamespace()
    {
        Assert.NotEmpty(SourceRules.CheckNamespace("src/Mig.Store/Packs/File.cs", "namespace Mig.Store;\n"));
        Assert.Empty(SourceRules.CheckNamespace("src/Mig.Store/Packs/File.cs", "namespace Mig.Store.Packs;\n"));
    }

    [Fact]
    public void CheckObjectsToALongFile() => Assert.NotEmpty(SourceRules.CheckLength("a.cs", new string('\n', SourceRules.MaxLines + 1)));

    [Fact]
    public void FilesOfARepositoryAreTouchedInOnePlace() => Assert.Empty(Check("src", SourceRules.CheckFileCalls));

    [Theory]
    [InlineData("src/Mig.Store/Packs/PackFile.cs", "using SafeFileHandle file = File.OpenHandle(path);")]
    [InlineData("src/Mig.History/Refs/Reflog.cs", "RandomAccess.Write(handle, bytes, 0);")]
    [InlineData("src/Mig/Images/Ingest/StatCache.cs", "Directory.CreateDirectory(folder);")]
    public void CheckObjectsToAFileCallOfItsOwn(string path, string text)
    {
        Assert.Single(SourceRules.CheckFileCalls(path, text));
        Assert.Empty(SourceRules.CheckFileCalls("src/Mig.Disks/OutputFile.cs", text));
        Assert.Empty(SourceRules.CheckFileCalls(path, "HostFiles.Delete(path); if (File.Exists(path)) file.Write(bytes, 0);"));
    }

    private static List<string> Check(string folder, Func<string, string, IEnumerable<string>> rule)
    {
        string[] files = [.. SourceTree.SourceFiles(folder)];
        Assert.True(files.Length > 2, $"only {files.Length} source files were found in {folder}");
        return [.. files.SelectMany(path => rule(path, SourceTree.ReadText(path)))];
    }
}
