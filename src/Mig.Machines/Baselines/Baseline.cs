using System.Text.Json;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Machines.Baselines;

/// <summary>Rules that machines must keep: packages, vulnerabilities, files and services (docs/guide/baselines.md).</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Rules">In its order.</param>
/// <param name="Folder">Where it lies on this machine; null when it is of a repository.</param>
public sealed record Baseline(string Name, IReadOnlyList<BaselineRule> Rules, string? Folder)
{
    /// <summary>Bytes that a baseline may have.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Reads a file of this machine.</summary>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It is no baseline; the message says where.</exception>
    public static Baseline Read(string path)
    {
        if (LibC.LookAt(path) == FileType.Missing)
            throw new NotFoundException($"baseline {path} does not exist");
        var file = new FileInfo(path);
        if (file.Exists && file.Length > MaxSize)
            throw new UsageException($"baseline {path} has {file.Length} bytes; at most {MaxSize} are allowed");
        return Parse(File.ReadAllBytes(path), $"baseline {path}", Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Parses the lines of a baseline, or its form of JSON, which begins with a brace.</summary>
    /// <exception cref="UsageException">It is no baseline; the message says where.</exception>
    public static Baseline Parse(ReadOnlyMemory<byte> content, string name, string? folder)
    {
        try
        {
            ReadOnlySpan<byte> start = content.Span.TrimStart(" \t\r\n"u8);
            return new Baseline(name, start is [(byte)'{' or (byte)'/', ..] ? JsonBaseline.Parse(content)
                : BaselineParser.Parse(content.Span, name), folder);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"{name}: {e.Message}");
        }
    }

    /// <summary>Returns what breaks the rules, in their order.</summary>
    internal IReadOnlyList<RuleFinding> Check(RuleSubject machine) => [.. Rules.SelectMany(rule => rule.Judge(machine).Findings)];
}
