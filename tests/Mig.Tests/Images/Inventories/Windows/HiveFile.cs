using System.Buffers.Binary;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories.Windows;

/// <summary>Hives that hivex and reged fill, and what hivex reads in them.</summary>
internal static class HiveFile
{
    // A line for each key and value, sorted: path, name, type, data.
    private const string Dump = """
        import hivex, sys
        h = hivex.Hivex(sys.argv[1])
        lines = []
        def walk(node, path):
            lines.append(path)
            for value in h.node_values(node):
                kind, data = h.value_value(value)
                lines.append("%s | %s | %d | %s" % (path, h.value_key(value), kind, data.hex()))
            for child in h.node_children(node):
                walk(child, path + "\\" + h.node_name(child))
        walk(h.root(), "")
        sys.stdout.buffer.write("\n".join(sorted(lines)).encode("utf-8", "surrogatepass"))
        """;

    // Lines of the input: a path alone makes a key; with a name, a type and data, a value: sz, dword, or a number of a type with bytes in
    // hex.
    private const string Fill = """
        import hivex, struct, sys
        h = hivex.Hivex(sys.argv[1], write=True)
        values = {}
        def key(path):
            node = h.root()
            for name in filter(None, path.split("\\")):
                child = h.node_get_child(node, name)
                node = child if child is not None else h.node_add_child(node, name)
            return node
        for line in sys.stdin.read().splitlines():
            parts = [part.strip() for part in line.split("|")]
            node = key(parts[0])
            if len(parts) == 1:
                continue
            kind, data = parts[2], parts[3] if len(parts) > 3 else ""
            if kind == "sz":
                kind, data = 1, (data + "\0").encode("utf-16-le")
            elif kind == "dword":
                kind, data = 4, struct.pack("<I", int(data))
            else:
                kind, data = int(kind), bytes.fromhex(data)
            h.node_set_value(node, {"key": parts[1], "t": kind, "value": data})
        h.commit(None)
        """;

    /// <summary>Makes a hive.</summary>
    /// <param name="lines">One a line: a key, or <c>key | name | type | data</c>.</param>
    public static void Make(string path, string lines)
    {
        File.WriteAllBytes(path, Empty());
        Tool.RunWithInput("/usr/bin/python3", lines, "-c", Fill, path);
    }

    /// <summary>Imports a text in the form of <c>.reg</c> files with <c>reged</c>.</summary>
    public static void Import(string path, string text)
    {
        File.WriteAllText(path + ".reg", "Windows Registry Editor Version 5.00\r\n\r\n" + text.ReplaceLineEndings("\r\n"));
        (int exitCode, string output) = Tool.Try("reged", "-C", "-I", path, @"HKEY_LOCAL_MACHINE\SOFTWARE", path + ".reg");
        Assert.True(exitCode is 0 or 2, output); // 2: the hive was changed
    }

    /// <summary>Returns what hivex reads.</summary>
    public static string Read(string path) => Tool.Run("/usr/bin/python3", "-c", Dump, path);

    // hivex fills hives and makes none: a base block, and one bin with a root key that has nothing but a security descriptor.
    private static byte[] Empty()
    {
        const int bin = 4096, root = bin + 32, security = root + 88;
        byte[] hive = new byte[2 * bin];
        "regf"u8.CopyTo(hive);
        Set(0x04, 1);
        Set(0x08, 1);
        Set(0x14, 1);
        Set(0x18, 3);
        Set(0x20, 1);
        Set(0x24, 32);
        Set(0x28, bin);
        Set(0x2C, 1);
        "hbin"u8.CopyTo(hive.AsSpan(bin));
        Set(bin + 8, bin);
        Set(root, unchecked((uint)-88));
        "nk"u8.CopyTo(hive.AsSpan(root + 4));
        hive[root + 6] = 0x2C;
        foreach (int field in (int[])[0x10, 0x1C, 0x20, 0x28, 0x2C, 0x30])
            Set(root + 4 + field, uint.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(hive.AsSpan(root + 4 + 0x48), 4);
        "root"u8.CopyTo(hive.AsSpan(root + 4 + 0x4C));
        Set(root + 4 + 0x2C, security - bin);
        Set(security, unchecked((uint)-48));
        "sk"u8.CopyTo(hive.AsSpan(security + 4));
        foreach (int field in (int[])[0x04, 0x08])
            Set(security + 4 + field, security - bin);
        Set(security + 4 + 0x0C, 1);
        Set(security + 4 + 0x10, 20);
        ((ReadOnlySpan<byte>)[1, 0, 4, 0x80]).CopyTo(hive.AsSpan(security + 4 + 0x14));
        Set(security + 48, bin - 32 - 88 - 48);
        uint sum = 0;
        for (int i = 0; i < 0x1FC; i += 4)
            sum ^= BinaryPrimitives.ReadUInt32LittleEndian(hive.AsSpan(i));
        Set(0x1FC, sum);
        return hive;

        void Set(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(hive.AsSpan(offset), value);
    }
}
