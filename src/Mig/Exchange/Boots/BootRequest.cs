namespace Mig.Exchange.Boots;

/// <summary>A machine that is to be started.</summary>
public sealed record BootRequest
{
    /// <summary>The version; null for HEAD, or for what <see cref="Session"/> stands on.</summary>
    public string? Revision { get; init; }

    /// <summary>The session that is written to, begun when there is none; null for the one with the name of the branch.</summary>
    public string? Session { get; init; }

    /// <summary>Throws away what is written, when the machine has ended.</summary>
    public bool IsThrownAway { get; init; }

    /// <summary>Whether what is written is to become a version: then there must be a branch that it goes to.</summary>
    public bool IsCommitted { get; init; }

    /// <summary>Bytes of memory; null for 1 GiB.</summary>
    public long? Memory { get; init; }

    /// <summary>Processors; null for two, or one where this machine has no more.</summary>
    public int? Processors { get; init; }

    /// <summary>What starts it; null for what its disks are made for.</summary>
    public BootFirmware? Firmware { get; init; }

    public BootAcceleration Acceleration { get; init; }

    /// <summary>What its disks are to it; null for what its system is known to have drivers for.</summary>
    public BootBus? Bus { get; init; }

    /// <summary>Whether it can reach the networks that this machine reaches, and this machine itself.</summary>
    public bool HasNetwork { get; init; }

    /// <summary>Ports of 127.0.0.1 that lead to ports of the machine (TCP).</summary>
    public IReadOnlyList<(int Host, int Guest)> Forwards { get; init; } = [];

    /// <summary>Whether it has a screen, in a window; else its serial line is all there is.</summary>
    public bool HasWindow { get; init; }

    /// <summary>What its kernel is told besides, with <see cref="BootFirmware.Kernel"/>.</summary>
    public string KernelParameters { get; init; } = "";

    /// <summary>How long it may take to power down when it is told to, before it is switched off.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether it is suspended when it is asked to end: its memory, devices and disks become a version, of <see cref="SuspendMessage"/>.
    /// </summary>
    public bool Suspends { get; init; }

    /// <summary>What that version is called.</summary>
    public string SuspendMessage { get; init; } = "suspended";

    /// <summary>Whether a version that was suspended starts afresh, without its memory.</summary>
    public bool IsCold { get; init; }

    /// <summary>Whether what the trace of a version says is brought to hand ahead of need.</summary>
    public bool UsesTrace { get; init; } = true;

    /// <summary>Whether what it reads is noted, for <see cref="BootedMachine.TakeTrace"/>.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Takes what QEMU says, a line at a time.</summary>
    public Action<string> Say { get; init; } = _ => { };
}
