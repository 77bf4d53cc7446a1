using System.Security.Cryptography;
using Dpu.Fits.Conversion;

namespace Dpu.Service.Products;

/// <summary>Section <c>dpu.products</c>.</summary>
/// <param name="Limits">How much of a file is read, and how much is written.</param>
/// <param name="TimeMax">How long one conversion may take, waiting for others included.</param>
/// <param name="AtOnceMax">How many run at once.</param>
public sealed record ProductSettings(ConversionLimits Limits, TimeSpan TimeMax, int AtOnceMax);

/// <summary>A file in another form: its bytes from the beginning on, which are gone when it is disposed of, and their checksum.</summary>
internal sealed record ConvertedProduct(Stream Content, string Sha256);

/// <summary>
/// Converts files, a few at once, into temporary files below the data directory that have no name any more. What goes wrong with a file is its own trouble:
/// it is read as something that a stranger made.
/// </summary>
internal sealed class ProductConverter(string directory, ProductSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(settings.AtOnceMax);

    /// <exception cref="Fits.FitsException">The file is no FITS file, or is broken.</exception>
    /// <exception cref="ConversionException">It cannot be had in this form, or not within the limits.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="IOException">It cannot be read, or there is no room.</exception>
    public async Task<ConvertedProduct> ConvertAsync(string path, ProductForm form, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(settings.TimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _turns.WaitAsync(either.Token);
            try
            {
                return await Task.Run(() => Convert(path, form, either.Token), either.Token);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    public void Dispose() => _turns.Dispose();

    private ConvertedProduct Convert(string path, ProductForm form, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var name = Path.Combine(directory, $"{Guid.NewGuid():N}.part");
        var content = new FileStream(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1);
        try
        {
            // Nobody else needs the name, and a service that is killed leaves nothing behind.
            File.Delete(name);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var hashed = new HashedStream(content, hash);
            Write(path, form, hashed, cancellationToken);
            content.Position = 0;
            return new ConvertedProduct(content, System.Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private void Write(string path, ProductForm form, Stream destination, CancellationToken cancellationToken)
    {
        switch (form.Name)
        {
            case "npy":
                FitsConverter.ToNpy(path, destination, settings.Limits, cancellationToken);
                break;
            case "votable":
                FitsConverter.ToVoTable(path, destination, settings.Limits, cancellationToken);
                break;
            case "png":
                FitsConverter.ToPng(path, destination, settings.Limits, cancellationToken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form), form, "Nothing is converted to this.");
        }
    }

    /// <summary>Writes to a stream below and sums what is written.</summary>
    private sealed class HashedStream(Stream below, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            below.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => below.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
