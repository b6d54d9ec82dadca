"""Reading QR codes and barcodes off photographed labels: recall, false reads, time and memory."""
