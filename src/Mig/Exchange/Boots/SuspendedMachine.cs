using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Images;

namespace Mig.Exchange.Boots;

/// <summary>What a machine was like when it was suspended: all that QEMU must be told again, so that its memory fits.</summary>
/// <param name="Version">QEMU's version.</param>
/// <param name="Machine">QEMU's name of the machine, with its version.</param>
/// <param name="IsAccelerated">Whether it ran by KVM.</param>
/// <param name="Processor">The processor that it saw, as <see cref="ProcessorModel"/> names it.</param>
/// <param name="HasScreen">Whether it had one.</param>
/// <param name="Disks">Its disks as they were, by layout and length.</param>
/// <remarks>The attachment <c>machine</c> (docs/format.md, "Suspended machines"): lines of a name, a blank and a value.</remarks>
internal sealed record SuspendedMachine(
    string Version, string Machine, string Architecture, bool IsAccelerated, string Processor, int Processors, long MemoryMegabytes,
    BootFirmware Firmware, BootBus Bus, bool HasNetwork, bool HasScreen, IReadOnlyList<SuspendedMachine.Disk> Disks)
{
    /// <summary>Most bytes of its text.</summary>
    public const int MostBytes = 1 << 14;

    private const string Code = "BOOT-001";
    private const string Magic = "mig-machine 1";

    /// <summary>Reads the text, which anybody may have written.</summary>
    /// <exception cref="CorruptStoreException">BOOT-001: it is not what <see cref="ToText"/> writes.</exception>
    public static SuspendedMachine Parse(string text)
    {
        string[] lines = text.Split('\n');
        if (lines[0] != Magic || lines[^1].Length > 0)
            throw Corrupt(lines[0], $"'{Magic}' and a line break at the end");
        var values = new Dictionary<string, string>();
        var disks = new List<Disk>();
        foreach (string line in lines[1..^1])
        {
            string[] words = line.Split(' ');
            if (words is ["disk", var layout, var length] && TryNumber(length, 0, long.MaxValue, out long bytes)
                && (layout == "zero" || (layout.Length == 2 * ObjectId.Size && ObjectId.TryParse(layout, out _))))
                disks.Add(new Disk(layout, bytes));
            else if (words is not [var name, var value] || name == "disk" || !values.TryAdd(name, value))
                throw Corrupt(line, "a name and a value, each name but 'disk' once,");
        }

        return new SuspendedMachine(
            Take("qemu", value => value.All(c => char.IsAsciiDigit(c) || c == '.') ? value : null),
            Take("machine", value => value.Length <= 64 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
                && char.IsAsciiLetter(value[0]) ? value : null),
            Take("architecture", value => Boots.BootArchitecture.All.Any(item => item.Name == value) ? value : null),
            Take("accel", value => value is "kvm" or "tcg" ? value : null) == "kvm",
            Take("processor", value => value.Length <= 80 && value.All(char.IsAsciiLetterOrDigit) ? value : null),
            (int)Number("processors", 1, 255), Number("memory", 1, 1L << 32),
            Name<BootFirmware>("firmware"), Name<BootBus>("bus"),
            Take("network", value => value is "yes" or "no" ? value : null) == "yes",
            Take("screen", value => value is "yes" or "no" ? value : null) == "yes",
            disks);

        string Take(string name, Func<string, string?> check) =>
            values.TryGetValue(name, out string? value) && value.Length > 0 && check(value) is { } taken ? taken
                : throw Corrupt($"{name} {values.GetValueOrDefault(name)}", $"another value of '{name}'");

        long Number(string name, long least, long most)
        {
            Take(name, value => TryNumber(value, least, most, out _) ? value : null);
            return long.Parse(values[name], CultureInfo.InvariantCulture);
        }

        T Name<T>(string name)
            where T : struct, Enum =>
            Enum.Parse<T>(Take(name, value => NamesOf<T>().Contains(value) ? value : null), ignoreCase: true);
    }

    /// <summary>Writes the text that <see cref="Parse"/> reads.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Magic).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"qemu {Version}\nmachine {Machine}\narchitecture {Architecture}\n");
        text.Append(CultureInfo.InvariantCulture, $"accel {(IsAccelerated ? "kvm" : "tcg")}\nprocessor {Processor}\n");
        text.Append(CultureInfo.InvariantCulture, $"processors {Processors}\nmemory {MemoryMegabytes}\n");
        text.Append(CultureInfo.InvariantCulture, $"firmware {Firmware.ToString().ToLowerInvariant()}\n");
        text.Append(CultureInfo.InvariantCulture, $"bus {Bus.ToString().ToLowerInvariant()}\n");
        text.Append(CultureInfo.InvariantCulture, $"network {(HasNetwork ? "yes" : "no")}\nscreen {(HasScreen ? "yes" : "no")}\n");
        foreach (Disk disk in Disks)
            text.Append(CultureInfo.InvariantCulture, $"disk {disk.Layout} {disk.Length}\n");
        return text.ToString();
    }

    /// <summary>Says what a machine with these disks goes on as.</summary>
    /// <exception cref="UsageException">Something else is asked for than it was.</exception>
    public BootRequest ApplyTo(BootRequest request)
    {
        Refuse("--memory", request.Memory is { } memory && memory >> 20 != MemoryMegabytes, $"{MemoryMegabytes} MiB of memory");
        Refuse("--cpus", request.Processors is { } count && count != Processors, $"{Processors} processors");
        Refuse("--firmware", request.Firmware is { } firmware && firmware != Firmware, $"{Firmware.ToString().ToLowerInvariant()}");
        Refuse("--bus", request.Bus is { } bus && bus != Bus, $"{Bus.ToString().ToLowerInvariant()} disks");
        Refuse("--accel", request.Acceleration is BootAcceleration.Kvm && !IsAccelerated, "QEMU as its processor (tcg)");
        Refuse("--accel", request.Acceleration is BootAcceleration.Tcg && IsAccelerated, "KVM");
        Refuse("--net or --forward", (request.HasNetwork || request.Forwards.Count > 0) && !HasNetwork, "no network");
        return request with
        {
            Memory = MemoryMegabytes << 20,
            Processors = Processors,
            Firmware = Firmware,
            Bus = Bus,
            Acceleration = IsAccelerated ? BootAcceleration.Kvm : BootAcceleration.Tcg,
        };

        static void Refuse(string option, bool isOther, string had)
        {
            if (isOther)
                throw new UsageException(
                    $"the machine was suspended with {had}, and goes on so; leave out {option}, or start it afresh with --cold");
        }
    }

    /// <summary>Checks that the QEMU of this machine can go on with it.</summary>
    /// <exception cref="UnsupportedFeatureException">It cannot; says why.</exception>
    public void Check(BootArchitecture architecture, QemuProgram program, bool isAccelerated)
    {
        string? fault = architecture.Name != Architecture ? $"it was {Architecture}, and what is on its disks is for {architecture.Name}"
            : !program.HasMachine(Machine) ? $"QEMU {program.Version} has no machine {Machine}"
            : !isAccelerated && Release(program.Version) != Release(Version)
                ? $"it was suspended by QEMU {Version}, whose processor is another one than that of QEMU {program.Version}"
            : ProcessorModel.Of(isAccelerated) != Processor ? "its processor was another one than this machine has"
            : null;
        if (fault is not null)
            throw new UnsupportedFeatureException("going on with the suspended machine", $"{fault}; --cold starts it afresh");
    }

    private static IEnumerable<string> NamesOf<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(name => name.ToLowerInvariant());

    // What has the same two numbers has the same processor.
    private static string Release(string version) => string.Join('.', version.Split('.').Take(2));

    private static bool TryNumber(string text, long least, long most, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;

    private static CorruptStoreException Corrupt(string found, string allowed) => new(Code,
        $"attachment {ImageAttachments.MachineName}: "
            + $"{Utf8Text.Quote(Encoding.UTF8.GetBytes(found.Length > 80 ? found[..80] : found))} found, {allowed} allowed; "
            + "--cold starts the machine afresh");

    /// <summary>A disk as it was.</summary>
    /// <param name="Layout">The id of its layout, or <c>zero</c>.</param>
    internal sealed record Disk(string Layout, long Length)
    {
        public static Disk Of(ImageDisk disk) => new(disk.Layout?.ToString() ?? "zero", disk.Length);
    }
}
