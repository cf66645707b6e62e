using System.Text;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;

namespace Mig.Tests.Edits;

/// <summary>A list of changes is read as a shell reads its words, and what is wrong is said with its line.</summary>
public class ChangesReaderTests
{
    [Theory]
    [InlineData("rm '/a b' \"/c\\\"d\" /e\\ f", "/a b", "/c\"d", "/e f")]
    [InlineData("rm /a#b  /c # a comment\r", "/a#b", "/c")]
    [InlineData("rm \"/\\101\\303\\274\\n\"", "/Aü\n")]
    [InlineData("rm @2/boot/x /y", "/boot/x", "/y")]
    [InlineData("\n# nothing\n   \n")]
    public void WordsAreThoseOfAShell(string text, params string[] paths) =>
        Assert.Equal(paths, Read(text).Select(operation => Encoding.UTF8.GetString(operation.Operation.Path.Span)));

    [Fact]
    public void ADocumentEndsWhereItSays()
    {
        IReadOnlyList<PlacedOperation> operations = Read("write /a <<END\nx\n END\n  EOF # not yet\nEND\nrm /b\n");
        Assert.Equal(2, operations.Count);
        var write = Assert.IsType<WriteOperation>(operations[0].Operation);
        Assert.Equal("x\n END\n  EOF # not yet\n", Encoding.UTF8.GetString(Assert.IsType<BytesContent>(write.Content).Bytes.Span));
        Assert.Equal("changes, line 6", operations[1].Source);
    }

    [Fact]
    public void VolumesAreTakenOff()
    {
        PlacedOperation operation = Read("chmod 0600 @disk2.vmdk.1/x").Single();
        Assert.Equal(("disk2.vmdk", 1), (operation.Volume.Disk, operation.Volume.Partition));
    }

    [Theory]
    [InlineData("chwon x /y", 1, "'chwon' is no change. Did you mean 'chown'")]
    [InlineData("\n\nrm -x /y", 3, "'rm' has no -x; it has -r, -f")]
    [InlineData("rm relative", 1, "'relative' is no path of the image")]
    [InlineData("rm @2", 1, "'@2' is no path of the image")]
    [InlineData("rm", 1, "0 arguments; it is written: rm [-r] [-f] /PATH...")]
    [InlineData("write /x", 1, "it is written: write")]
    [InlineData("write /x <<EOF\nno end", 1, "has no end; a line 'EOF' is needed")]
    [InlineData("rm /x <<EOF\nEOF", 1, "'rm' takes no here-document")]
    [InlineData("<<EOF\nEOF", 1, "needs something before it")]
    [InlineData("rm '/x", 1, "a ' has no partner")]
    [InlineData("rm \"/x", 1, "a \" has no partner")]
    [InlineData("rm /x\\", 1, "a \\ ends the line")]
    [InlineData("chmod 9 /x", 1, "'9' is no mode")]
    [InlineData("chown : /x", 1, "names no owner")]
    [InlineData("touch /x time=never", 1, "'never' is no time")]
    [InlineData("rm /x mode=0", 1, "'rm' does not take mode=")]
    [InlineData("truncate many /x", 1, "'many' is no length")]
    [InlineData("setfattr user.a 0xz /x", 1, "is no value")]
    [InlineData("mv /a @2/b", 1, "from one volume to another")]
    [InlineData("ln /a @2/b", 1, "a hard link stays on its volume")]
    public void WhatIsWrongIsSaidWithItsLine(string text, int line, string message)
    {
        UsageException error = Assert.Throws<UsageException>(() => Read(text));
        Assert.StartsWith($"changes, line {line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PlacedOperation> Read(string text) =>
        new ChangesReader("changes", "/", TimeProvider.System).Read(Encoding.UTF8.GetBytes(text));
}
