namespace Mig.Disks.Vmdk;

internal enum ExtentKind
{
    /// <summary>Plain bytes in a file: FLAT and VMFS.</summary>
    Flat,

    /// <summary>A file of grains.</summary>
    Sparse,

    /// <summary>No file: zeros.</summary>
    Zero,
}
