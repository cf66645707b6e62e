namespace Mig.Exchange.Boots;

/// <summary>What runs the code of a machine.</summary>
public enum BootAcceleration
{
    /// <summary>The processor, where the kernel lets this user; else QEMU.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Kvm,

    /// <summary>QEMU, one instruction after another: 10 to 50 times slower.</summary>
    Tcg,
}
