using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>Small volumes that mkfs.fat made and mtools filled, as bytes.</summary>
public sealed class FatSamples : IDisposable
{
    // "fragmented" takes what the files in between leave.
    private const string FillScript = """
        w=$(mktemp -d); cd "$w"
        seq 1 400 > first; seq 1 300 > second; seq 1 900 > fragmented; printf hello > lower.txt; printf x > UPPER.TXT; printf y > 'A long name, with spaces.text'; printf z > ünï-日本.conf; : > empty
        touch -d '2001-02-03 04:05:06' lower.txt
        mcopy -i "$i" -m first second ::; mdel -i "$i" ::first; mmd -i "$i" ::folder ::folder/deeper
        mcopy -i "$i" -m fragmented lower.txt UPPER.TXT 'A long name, with spaces.text' ünï-日本.conf empty ::; mcopy -i "$i" lower.txt ::folder/deeper/file; mcopy -i "$i" lower.txt ::folder/Other
        mattrib -i "$i" +r +h ::UPPER.TXT; mattrib -i "$i" +r ::empty; mattrib -i "$i" +s ::folder
        mcopy -i "$i" first ::gone; mdel -i "$i" ::gone
        rm -rf "$w"
        """;

    private readonly TemporaryFolder _folder = new();

    public FatSamples()
    {
        Fat12 = Make(64, "-F 12 -s 1 -f 2 -r 32 -n SAMPLE");
        Fat16 = Make(4300, "-F 16 -s 1 -r 64");
        Fat32 = Make(33_400, "-F 32 -s 1 -n EFI");
    }

    public byte[] Fat12 { get; }

    public byte[] Fat16 { get; }

    public byte[] Fat32 { get; }

    public void Dispose() => _folder.Dispose();

    private byte[] Make(int kibibytes, string options)
    {
        string image = _folder.File("image");
        FatTools.Make(image, kibibytes, options);
        FatImages.RunMtools(image, FillScript);
        Assert.Null(FatImages.FindComplaint(image));
        return File.ReadAllBytes(image);
    }
}
