using System.CommandLine;
using Mig.Core;
using Mig.Exchange.Boots;
using Mig.History.Configuration;

namespace Mig.Cli.CommandLines;

/// <summary>The options that say what a machine is like.</summary>
internal sealed class MachineArguments
{
    private readonly Option<string> _memory = new("--memory") { HelpName = "SIZE", Description = "Its memory; 1g unless given" };
    private readonly Option<int?> _cpus =
        new("--cpus") { HelpName = "N", Description = "Its processors; 2 unless given, where there are so many" };
    private readonly Option<string> _firmware =
        new("--firmware") { HelpName = "F", Description = "What starts it: bios, uefi, kernel; what its disks are made for unless given" };
    private readonly Option<string> _accel = new("--accel") { HelpName = "A", Description = "What runs it: auto, kvm, tcg" };
    private readonly Option<string> _bus =
        new("--bus") { HelpName = "BUS", Description = "What its disks are: virtio, scsi, sata, nvme" };
    private readonly Option<string> _append =
        new("--append") { HelpName = "TEXT", Description = "More parameters for its kernel; with --firmware kernel" };

    /// <summary>How large it is.</summary>
    public IReadOnlyList<Option> Size => [_memory, _cpus];

    /// <summary>What it is made of.</summary>
    public IReadOnlyList<Option> Kind => [_firmware, _accel, _bus, _append];

    /// <summary>Reads them; what else is to be said of the machine is left open.</summary>
    /// <exception cref="UsageException">One of them cannot be.</exception>
    public BootRequest Read(ParseResult arguments)
    {
        string? firmware = arguments.GetValue(_firmware), bus = arguments.GetValue(_bus), memory = arguments.GetValue(_memory);
        return new BootRequest
        {
            Memory = memory is null ? null
                : ConfigValue.TryParseInteger(memory, out long size) ? size
                : throw new UsageException($"'{memory}' is not a size; 512m and 4g are some"),
            Processors = arguments.GetValue(_cpus),
            Firmware = firmware is null ? null : ParseName<BootFirmware>("--firmware", firmware),
            Acceleration = ParseName<BootAcceleration>("--accel", arguments.GetValue(_accel) ?? "auto"),
            Bus = bus is null ? null : ParseName<BootBus>("--bus", bus),
            KernelParameters = arguments.GetValue(_append) ?? "",
        };
    }

    private static T ParseName<T>(string option, string text)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        string names = string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));
        throw new UsageException($"{option} is one of {names}, not '{text}'");
    }
}
