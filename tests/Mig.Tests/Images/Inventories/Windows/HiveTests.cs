using System.Text;
using Mig.Core;
using Mig.Machines.Inventories.Windows;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories.Windows;

/// <summary>Hives that hivex and reged made are read as hivex reads them; damaged ones end with a documented error.</summary>
public sealed class HiveTests : IDisposable
{
    private readonly TestFolder _files = new();

    [Fact]
    public void WhatHivexWritesIsReadAsItReadsIt()
    {
        var lines = new StringBuilder("""
            A\B\C | text | sz | hello
            A\B\C |  | sz | unnamed
            A\B | empty | sz |
            A\B | number | dword | 4000000000
            A\B | bytes | 3 | 00ff00
            A\B | three | 3 | 010203
            A\B | long | 11 | 0102030405060708
            A\B | several | 7 | 61000000620000000000
            A\B | strange | 500 |
            Ünï\日本語 | ünï | sz | größe 😀
            Empty
            """);
        for (int i = 0; i < 700; i++)
            lines.Append('\n').Append($@"Many\key number {i} | value | dword | {i}");
        lines.Append('\n').Append(@"Many | big | 3 | ").Append(string.Concat(Enumerable.Repeat("0123456789abcdef", 1900)));
        HiveFile.Make(_files["hive"], lines.ToString());
        AssertSame(_files["hive"]);
        Hive hive = Hive.Parse(File.ReadAllBytes(_files["hive"]), "hive");
        Assert.Equal("hello", hive.Root.Open(@"a\b\c")?.Text("TEXT"));
        Assert.Equal(4000000000, hive.Root.Open(@"A\B")?.Number("number"));
        Assert.Null(hive.Root.Open(@"A\X\C"));

        // The control: another value is another dump.
        byte[] changed = File.ReadAllBytes(_files["hive"]);
        for (int at = 0, next = 0; (next = changed.AsSpan(at).IndexOf("h\0e\0l\0l\0o\0"u8)) >= 0; at += next + 1)
            changed[at + next] ^= 1; // hivex leaves old copies in free cells
        Assert.NotEqual(HiveFile.Read(_files["hive"]), Dump(Hive.Parse(changed, "hive")));
    }

    [Fact]
    public void WhatRegedWritesIsReadAsHivexReadsIt()
    {
        HiveFile.Make(_files["hive"], "Start | value | sz | x");
        var text = new StringBuilder();
        for (int i = 0; i < 1500; i++)
            text.Append($"[HKEY_LOCAL_MACHINE\\SOFTWARE\\Many\\key{i:d4}]\n\"value\"=\"{i}\"\n\"number\"=dword:{i:x8}\n\n");
        text.Append("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Big]\n\"segments\"=hex:")
            .Append(string.Join(',', Enumerable.Range(0, 40_000).Select(static i => $"{i % 251:x2}"))).Append("\n\n");
        HiveFile.Import(_files["hive"], text.ToString());
        byte[] bytes = File.ReadAllBytes(_files["hive"]);
        Assert.True(Find(bytes, "db", 0) > 0);
        AssertSame(_files["hive"]);
    }

    [Fact]
    public void NestedListsAreReadAsHivexReadsThem()
    {
        // Neither tool makes them: here the list of the root's keys is named through one that lists lists, in a cell that was free.
        HiveFile.Make(_files["hive"], "A | text | sz | hello\nB\nC\nD\\E");
        byte[] bytes = File.ReadAllBytes(_files["hive"]);
        int root = Find(bytes, "nk", 0), cell = FindFree(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(cell), -16);
        BitConverter.TryWriteBytes(bytes.AsSpan(cell + 16), BitConverter.ToInt32(File.ReadAllBytes(_files["hive"]), cell) - 16);
        "ri\u0001\0"u8.CopyTo(bytes.AsSpan(cell + 4));
        bytes.AsSpan(root + 0x1C, 4).CopyTo(bytes.AsSpan(cell + 8));
        BitConverter.TryWriteBytes(bytes.AsSpan(root + 0x1C), cell - 4096);
        File.WriteAllBytes(_files["hive"], bytes);
        AssertSame(_files["hive"]);
        Assert.Equal(["A", "B", "C", "D"], Hive.Parse(bytes, "hive").Root.GetSubkeys().Select(static key => key.Name));

        // A list of lists that names itself would have no end.
        BitConverter.TryWriteBytes(bytes.AsSpan(cell + 8), cell - 4096);
        Assert.Equal("REG-009", Assert.Throws<CorruptImageException>(() => Dump(Hive.Parse(bytes, "hive"))).Code);
    }

    [Fact]
    public void DamageEndsInAKnownWay()
    {
        HiveFile.Make(_files["hive"], "A\\B | text | sz | hello\nA\\B | number | dword | 7\nA\\C\nA\\D | bytes | 3 | 0102030405060708");
        byte[] sound = File.ReadAllBytes(_files["hive"]);
        int errors = 0, runs = 0;
        for (int bit = 0; bit < sound.Length * 8; bit += 3)
        {
            if (sound[bit / 8] == 0 && bit % 8 > 2)
                continue;
            byte[] damaged = [.. sound];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            errors += TryRead(damaged) ? 0 : 1;
            runs++;
        }

        for (int length = 0; length < sound.Length; length += 97)
            Assert.False(TryRead(sound[..length]));
        Assert.InRange(errors, 100, runs - 100);
    }

    [Theory]
    [InlineData("REG-001", 0, 0x58)]
    [InlineData("REG-002", 0x14, 9)]
    [InlineData("REG-003", 0x2A, 0xFF)]
    [InlineData("REG-004", 0x24, 0x21)]
    [InlineData("REG-005", 4096 + 32 + 3, 0)]
    [InlineData("REG-006", 4096 + 36, 0x58)]
    [InlineData("REG-007", 4096 + 36 + 0x14, 9)]
    [InlineData("REG-007", 4096 + 36 + 0x17, 9)]
    public void DamageOfTheRootIsNamed(string code, int offset, int value)
    {
        HiveFile.Make(_files["hive"], "A | text | sz | hello");
        AssertError(code, bytes => bytes[offset] = (byte)value);
    }

    [Theory]
    [InlineData("REG-006", "nk", 1, 0, 0x58)]
    [InlineData("REG-008", "nk", 1, 0x27, 0x70)]
    [InlineData("REG-009", "lh", 0, 0, 0x58)]
    [InlineData("REG-010", "lh", 0, 3, 0x70)]
    [InlineData("REG-011", "nk", 1, 0x49, 0x70)]
    [InlineData("REG-012", "vk", 0, 0, 0x58)]
    [InlineData("REG-013", "vk", 0, 3, 0x70)]
    [InlineData("REG-014", "vk", 0, 6, 0x70)]
    [InlineData("REG-014", "vk", 0, 5, 0x70)]
    [InlineData("REG-014", "vk", 0, 7, 0x80)]
    public void DamageOfACellIsNamed(string code, string signature, int which, int offset, int value)
    {
        HiveFile.Make(_files["hive"], "A | text | sz | hello");
        AssertError(code, bytes => bytes[Find(bytes, signature, which) + offset] = (byte)value);
    }

    [Fact]
    public void DamageOfSegmentsIsNamed()
    {
        HiveFile.Make(_files["hive"], "Start");
        HiveFile.Import(_files["hive"], "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Big]\n\"segments\"=hex:"
            + string.Join(',', Enumerable.Repeat("07", 40_000)) + "\n\n");
        AssertError("REG-015", bytes => bytes[Find(bytes, "db", 0) + 2] = 9);
    }

    public void Dispose() => _files.Dispose();

    private static void AssertSame(string path) => Assert.Equal(HiveFile.Read(path), Dump(Hive.Parse(File.ReadAllBytes(path), path)));

    private void AssertError(string code, Action<byte[]> damage)
    {
        byte[] bytes = File.ReadAllBytes(_files["hive"]);
        Dump(Hive.Parse(bytes, "hive"));
        damage(bytes);
        Assert.Equal(code, Assert.Throws<CorruptImageException>(() => Dump(Hive.Parse(bytes, "hive"))).Code);
    }

    // The cells of a signature, in the order of the file: that of the root is the first key.
    private static int Find(byte[] bytes, string signature, int which)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(signature);
        for (int at = 4096 + 32; at < bytes.Length;)
        {
            if (bytes.AsSpan(at).StartsWith("hbin"u8))
                at += 32;
            int size = BitConverter.ToInt32(bytes, at);
            if (size < 0 && bytes.AsSpan(at + 4).StartsWith(wanted) && which-- == 0)
                return at + 4;
            at += Math.Abs(size);
        }

        throw new InvalidOperationException($"there is no cell '{signature}'");
    }

    private static int FindFree(byte[] bytes)
    {
        int at = 4096 + 32;
        for (; BitConverter.ToInt32(bytes, at) < 32; at += Math.Abs(BitConverter.ToInt32(bytes, at)))
        {
            if (bytes.AsSpan(at).StartsWith("hbin"u8))
                at += 32;
        }

        return at;
    }

    private static bool TryRead(byte[] bytes)
    {
        try
        {
            Dump(Hive.Parse(bytes, "hive"));
            return true;
        }
        catch (CorruptImageException e)
        {
            Assert.StartsWith("REG-", e.Code, StringComparison.Ordinal);
            return false;
        }
    }

    private static string Dump(Hive hive)
    {
        var lines = new List<string>();
        Walk(hive.Root, "", 0);
        lines.Sort((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
        return string.Join('\n', lines);

        void Walk(RegistryKey key, string path, int depth)
        {
            lines.Add(path);
            foreach (RegistryValue value in key.GetValues())
                lines.Add($"{path} | {value.Name} | {value.Type} | {Convert.ToHexStringLower(value.Data)}");
            foreach (RegistryKey child in depth < 8 ? key.GetSubkeys() : [])
                Walk(child, path + "\\" + child.Name, depth + 1);
        }
    }
}
