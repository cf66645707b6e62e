using System.Text;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;

namespace Mig.Cli.Tests;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("sp ace", "sp ace")]
    [InlineData("grün", "grün")]
    [InlineData("a\nb", "\"a\\nb\"")]
    [InlineData("tab\t", "\"tab\\t\"")]
    [InlineData("\e]0;title\a", "\"\\033]0;title\\a\"")]
    [InlineData("quo\"te", "\"quo\\\"te\"")]
    [InlineData("back\\slash", "\"back\\\\slash\"")]
    [InlineData("\u0085", "\"\\302\\205\"")]
    [InlineData("\u202E", "\"\\342\\200\\256\"")]
    [InlineData("😀", "😀")]
    public void Names_are_quoted_as_by_git(string name, string quoted) => Assert.Equal(quoted, SafeText.Name(name));

    [Fact]
    public void Every_byte_is_printed_safely_and_comes_back()
    {
        for (int b = 1; b < 256; b++)
        {
            byte[] name = [(byte)'x', (byte)b];
            string shown = SafeText.Name(name);
            Assert.DoesNotContain(shown, c => c is < ' ' or '\x7f');
            if (b != '/')
                Assert.Equal(name, PathArgument.Parse($"HEAD:{(shown[0] == '"' ? shown : $"/{shown}")}").Path!.Path.ToArray());
        }
    }

    [Fact]
    public void Raw_arguments_keep_every_byte()
    {
        byte[] bytes = [.. Enumerable.Range(1, 255).Select(b => (byte)b), .. "grün 😀"u8];
        string text = RawArguments.Decode(bytes);
        Assert.True(RawArguments.HasRawBytes(text));
        Assert.False(RawArguments.HasRawBytes("grün 😀 \uFFFD"));
        Assert.Equal(bytes, RawArguments.Encode(text));
        Assert.Equal("grün 😀", RawArguments.Decode(Encoding.UTF8.GetBytes("grün 😀")));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData((1 << 20) - 1, "1 MiB")]
    [InlineData(10L << 30, "10 GiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    public void Sizes_are_readable(long bytes, string text) => Assert.Equal(text, Sizes.Bytes(bytes));

    [Fact]
    public void A_bar_fits_the_terminal()
    {
        Assert.Equal(
            "disk.raw [##########..........]  50 % 512 MiB of 1 GiB, 256 MiB/s, 0:02 left",
            ProgressBar.Format("disk.raw", 512 << 20, 1 << 30, TimeSpan.FromSeconds(2), 100));
        Assert.Equal("disk.raw 512 MiB, 256 MiB/s", ProgressBar.Format("disk.raw", 512 << 20, 0, TimeSpan.FromSeconds(2), 100));
        for (int width = 1; width < 120; width++)
            Assert.True(ProgressBar.Format(
                "a very long name of a disk.vmdk", 1 << 20, 3L << 30, TimeSpan.FromSeconds(2), width).Length < Math.Max(width, 11));
    }
}
