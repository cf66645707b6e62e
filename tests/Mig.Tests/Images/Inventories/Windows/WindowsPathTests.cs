using System.Text;
using Mig.Core;
using Mig.Images.Browse;
using Mig.Machines.Inventories.Systems;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Inventories.Windows;

/// <summary>Paths with drive letters, backslashes and names in any case, on volumes of Windows; never on others.</summary>
public sealed class WindowsPathTests(WindowsDisk disk) : IClassFixture<WindowsDisk>
{
    [Theory]
    [InlineData(@"C:\People\Bob\Größe\Notes.txt", "People/Bob/Größe/Notes.txt")]
    [InlineData(@"c:\PEOPLE\bob\GRÖßE\notes.TXT", "People/Bob/Größe/Notes.txt")]
    [InlineData("C:/people/bob/größe/notes.txt", "People/Bob/Größe/Notes.txt")]
    [InlineData("/people/BOB/größe/notes.txt", "People/Bob/Größe/Notes.txt")]
    [InlineData(@"\people\BOB\größe\notes.txt", "People/Bob/Größe/Notes.txt")]
    [InlineData(@"@1\people\BOB\größe\notes.txt", "People/Bob/Größe/Notes.txt")]
    [InlineData(@"C:\Windows\..\People\.\Bob\", "People/Bob")]
    [InlineData(@"C:\People\Bob\alongn~1.tex", "People/Bob/a long name.text")]
    [InlineData("C:", "")]
    [InlineData(@"C:\same", "same")]
    [InlineData(@"C:\SAME", "SAME")]
    [InlineData(@"C:\Same", "SAME")]
    [InlineData(@"D:\data.BIN", "Data.bin")]
    [InlineData("@2/DATA.bin", "Data.bin")]
    public void PathsAreFoundAsWindowsFindsThem(string path, string expected)
    {
        using Repository repository = disk.Repository.Open();
        Assert.Equal(expected, Encoding.UTF8.GetString(new ImageBrowser(repository).Find("HEAD:" + path).Path.Span));
    }

    [Theory]
    [InlineData(@"E:\x", "no drive E:")]
    [InlineData(@"C:\People\Bobby", "Did you mean 'Bob'?")]
    [InlineData(@"D:\Users", "does not exist")]
    public void WhatIsNotThereIsNotFound(string path, string message)
    {
        using Repository repository = disk.Repository.Open();
        Assert.Contains(message, Assert.Throws<NotFoundException>(() => new ImageBrowser(repository).Find("HEAD:" + path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NamesOnFatAreFoundInAnyCase()
    {
        using var repository = new TestRepository();
        Tool.Run("mkfs.fat", "-C", repository.Files["disk"], "2048");
        Tool.Run("mmd", "-i", repository.Files["disk"], "::/Some Folder");
        Tool.Run("mcopy", "-i", repository.Files["disk"], repository.Files.Write("file", "x\n"), "::/Some Folder/Notes.txt");
        repository.Commit("disk");
        using Repository opened = repository.Open();
        Assert.Equal("Some Folder/Notes.txt",
            Encoding.UTF8.GetString(new ImageBrowser(opened).Find(@"HEAD:\SOME folder\NOTES.TXT").Path.Span));
    }

    [Fact]
    public void OtherVolumesStayExact()
    {
        using var machine = new MachineRoot();
        machine.Write("etc/os-release", "ID=debian\n");
        machine.Write("C:/x", "x\n");
        machine.Write("etc/back\\slash", "b\n");
        machine.Commit();
        using Repository repository = machine.Open();
        var browser = new ImageBrowser(repository);
        Assert.Equal("C:/x", Encoding.UTF8.GetString(browser.Find("HEAD:C:/x").Path.Span));
        Assert.Equal("etc/back\\slash", Encoding.UTF8.GetString(browser.Find("HEAD:/etc/back\\slash").Path.Span));
        Assert.Throws<NotFoundException>(() => browser.Find("HEAD:/ETC"));
        Assert.Throws<NotFoundException>(() => browser.Find("HEAD:etc\\os-release"));
        Assert.Throws<NotFoundException>(() => browser.Find("HEAD:C:\\x"));
    }
}
