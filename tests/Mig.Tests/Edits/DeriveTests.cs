using System.Text;
using Mig.Core;
using Mig.Edits.Deriving;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>Each row becomes the version that a copy of the disk would be, mounted and filled in by sed.</summary>
public class DeriveTests
{
    private const string Prepare =
        "mkdir -p srv var etc/ssh; echo base > etc/hostname; chmod 640 etc/hostname; chown 7:8 etc/hostname; echo gone > srv/gone; echo "
        + "keep > srv/keep; ln -s /dev/null etc/link";

    private const string Template = """
        mkdir -p template/etc/ssh template/var/{{name}} template/opt
        printf '{{name}}\n' > template/etc/hostname
        printf 'address {{ ip }}\nliteral \\{{x}} and \\\\{{name}}\n' > template/etc/network
        printf 'key {{name}}' > template/etc/ssh/host_{{name}}_key; chmod 600 template/etc/ssh/*
        printf 'binary\0{{name}}' > template/opt/binary; chmod 755 template/opt/binary
        ln -s ../host_{{name}} template/opt/link; ln -s {{name}} template/etc/link
        printf 'rm /srv/gone\nchmod 700 /var/{{name}}\nappend /etc/network "end {{name}}"\n' > template/.mig-derive
        """;

    private const string ByHand = """
        printf '%s\n' $n > etc/hostname; chown 0:0 etc/hostname; chmod 644 etc/hostname
        printf 'address %s\nliteral {{x}} and \\%s\nend %s\n' $ip $n $n > etc/network
        printf "key $n" > etc/ssh/host_${n}_key; chmod 600 etc/ssh/*; mkdir -m 700 var/$n; mkdir opt
        printf 'binary\0{{name}}' > opt/binary; chmod 755 opt/binary; ln -s ../host_$n opt/link; ln -sf $n etc/link; rm srv/gone
        """;

    [Fact]
    public void EachVersionIsWhatItsRowSays()
    {
        using var image = new EditedImage(Prepare);
        MakeTemplate(image);
        DeriveResult result = Derive(image, "name,ip\nweb1,10.0.0.1\n\"web2\",10.0.0.2\n");
        Assert.Equal(["hosts/web1", "hosts/web2"], result.Versions.Select(version => version.Branch.ShortName));
        string disk = image.Repository.Export("out.raw", revision: "hosts/web2");
        Assert.Equal(0, Tool.Try("e2fsck", "-fn", disk).ExitCode);
        using (Mount mount = Mount.Image(disk, "ro"))
            Assert.Equal(image.ByKernel("n=web2; ip=10.0.0.2\n" + ByHand), FileListing.Of(mount.Path));
        image.Repository.AssertClean();
        Assert.Equal("derive: derive hosts/web1", Log(image, "hosts/web1").Reason);
    }

    [Fact]
    public void TheSameRowsResultInTheSameVersions()
    {
        using var image = new EditedImage(Prepare);
        MakeTemplate(image);
        string table = "name,ip\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"h{i},10.0.0.{i}\n"));
        DeriveResult first = Derive(image, table);
        DeriveResult again = Derive(image, table, request => request with { Force = true });
        Assert.Equal(first.Versions.Select(version => version.Id), again.Versions.Select(version => version.Id));
        Assert.Equal(20, first.Versions.Select(version => version.Id).Distinct().Count());
        Assert.Equal(0, again.NewObjects);
        Assert.InRange(first.StoredBytes / 20, 1, 64 << 10);
    }

    [Fact]
    public void AllAreMadeOrNone()
    {
        using var image = new EditedImage(Prepare);
        MakeTemplate(image);
        Tool.Run("bash", "-c", "echo 'rm /srv/{{file}}' > \"$0/template/.mig-derive\"", image.Repository.Files.Path);
        NotFoundException error = Assert.Throws<NotFoundException>(() => Derive(image, "name,ip,file\na,1,keep\nb,2,missing\nc,3,keep\n"));
        Assert.Contains("hosts, line 3: .mig-derive, line 1: /srv/missing does not exist", error.Message, StringComparison.Ordinal);
        using Repository repository = image.Repository.Open();
        Assert.Single(repository.Refs.List("refs/heads/"));
    }

    [Fact]
    public void BranchesThatExistAreMovedOnlyWhenAsked()
    {
        using var image = new EditedImage(Prepare);
        MakeTemplate(image);
        Derive(image, "name,ip\na,1\n");
        Assert.Contains("line 3: a branch named 'hosts/a' exists already; --force",
            Assert.Throws<ConflictException>(() => Derive(image, "name,ip\nb,1\na,2\n")).Message, StringComparison.Ordinal);
        DeriveResult moved = Derive(image, "name,ip\nb,1\na,2\n", request =>
            request with { Force = true, MessagePattern = "{name} at {ip} {{{{ok}}" });
        Assert.Equal("derive: a at 2 {{ok}", Log(image, "hosts/a").Reason);
        Assert.Equal(moved.Versions[1].Id!.Value.Value, Log(image, "hosts/a").After);
        Assert.Null(Derive(image, "name,ip\nd,1\n", request => request with { DryRun = true }).Versions[0].Id);
        using Repository repository = image.Repository.Open();
        Assert.Null(repository.Refs.Resolve(RefName.Branch("hosts/d")));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("name,ip\n", "has no row")]
    [InlineData("nam,ip\na,b\n", "there is no column 'name'. Did you mean 'nam'?")]
    [InlineData("name\na\n", "etc/network, '{{ ip }}': there is no column 'ip'")]
    [InlineData("name,ip\na\n", "hosts, line 2: 1 values, 2 needed")]
    [InlineData("name,ip\n\"a,b\n", "hosts, line 2: a quote has no partner")]
    [InlineData("name,ip\na\"b,c\n", "hosts, line 2: a quote stands in a value")]
    [InlineData("name,ip\n\"a\"b,c\n", "hosts, line 2: something follows a closing quote")]
    [InlineData("name,name\na,b\n", "there are two columns 'name'")]
    [InlineData("name,,ip\na,b,c\n", "column 2 is called ''")]
    [InlineData("name,ip\na..b,c\n", "hosts, line 2: 'hosts/a..b' can be no branch")]
    [InlineData("name,ip\na,b\na,c\n", "hosts, line 3: 'hosts/a' is the branch of line 2, too")]
    [InlineData("name,ip\n\"x\ny\",c\nz,d,e\n", "hosts, line 4: 3 values")]
    public void WhatDoesNotFitIsSaid(string table, string message)
    {
        using var image = new EditedImage(Prepare);
        MakeTemplate(image);
        UsageException error = Assert.Throws<UsageException>(() => Derive(image, table));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("")]
    public void AValueThatIsNoNameLeadsNowhere(string value)
    {
        using var image = new EditedImage(Prepare);
        Tool.Run("bash", "-euc", "cd \"$0\"; mkdir -p 'template/var/{{file}}'", image.Repository.Files.Path);
        Assert.Contains("which is no name", Assert.Throws<UsageException>(() => Derive(image, $"name,file\na,{value}\n")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TablesAreThoseOfTheStandard()
    {
        CsvTable table = CsvTable.Parse(
            [.. Encoding.UTF8.Preamble, .. "name, ip \r\n\"a \"\"q\"\", b\",\"two\r\nlines\"\r\n\r\nü,"u8], "hosts");
        Assert.Equal(["name", "ip"], table.Columns);
        Assert.Equal(["a \"q\", b", "two\r\nlines"], table.Rows[0].Values);
        Assert.Equal(["ü", ""], table.Rows[1].Values);
        Assert.Equal((2, 5), (table.Rows[0].Line, table.Rows[1].Line));
        Assert.Throws<UsageException>(() => CsvTable.Parse([(byte)'a', 0xFF], "hosts"));
    }

    // As people write tables: "web1, 10.0.0.1" is not an address with a blank before it.
    [Fact]
    public void BlanksAroundValuesAreNoPartOfThem()
    {
        CsvTable table = CsvTable.Parse("name, ip\t, \"a note\" \n web1 ,  10.0.0.1,\t\"  kept  \"  \nweb2,,\" \"\n"u8, "hosts");
        Assert.Equal(["name", "ip", "a note"], table.Columns);
        Assert.Equal(["web1", "10.0.0.1", "  kept  "], table.Rows[0].Values);
        Assert.Equal(["web2", "", " "], table.Rows[1].Values);
        Assert.Contains("hosts, line 2: something follows a closing quote",
            Assert.Throws<UsageException>(() => CsvTable.Parse("a,b\n\"x\" y,z\n"u8, "hosts")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name;ip\nweb1;10.0.0.1\n", "hosts, line 1: the columns are separated by ';', and commas are needed")]
    [InlineData("name\tip\nweb1\t10.0.0.1\n", "hosts, line 1: the columns are separated by tabs, and commas are needed")]
    public void AnotherSeparatorIsNamed(string table, string message) =>
        Assert.StartsWith(message, Assert.Throws<UsageException>(() => CsvTable.Parse(Encoding.UTF8.GetBytes(table), "hosts")).Message,
            StringComparison.Ordinal);

    private static DeriveResult Derive(EditedImage image, string table, Func<DeriveRequest, DeriveRequest>? change = null)
    {
        using Repository repository = image.Repository.Open();
        var request = new DeriveRequest
        {
            Base = "main", Hosts = CsvTable.Parse(Encoding.UTF8.GetBytes(table), "hosts"),
            HostsName = "hosts", TemplateFolder = image.Repository.Files["template"]
        };
        return new ImageDeriver(repository).Derive(change?.Invoke(request) ?? request, TestContext.Current.CancellationToken);
    }

    private static ReflogEntry Log(EditedImage image, string branch)
    {
        using Repository repository = image.Repository.Open();
        return repository.Refs.ReadLog(RefName.Branch(branch))[0];
    }

    private static void MakeTemplate(EditedImage image) =>
        Tool.Run("bash", "-euc", "umask 022; cd \"$0\"; " + Template, image.Repository.Files.Path);
}
