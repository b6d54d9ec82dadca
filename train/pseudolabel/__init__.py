"""Label photos: propose masks, check them by another method, accept or refuse them."""
