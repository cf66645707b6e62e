namespace Mig.Store.Packs;

/// <summary>What a frame holds: one class only, so that reading manifests never decompresses content.</summary>
public enum ObjectClass
{
    Content = 0,
    Metadata = 1,
}
